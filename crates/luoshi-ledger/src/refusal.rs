//! Why the ledger says no: as data. The words for the user live in locale files under the codes given here.

/// Why an actor may not ask at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// There is no such thing, or none that this actor may know of; the two are not told apart.
    #[error("not found")]
    NotFound,
    /// The thing is the actor's to see, and the act is somebody else's.
    #[error("forbidden")]
    Forbidden,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $code:literal;)*) => {
        /// Why a permitted request is refused: the state of things, or a value that cannot be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Refusal {
            $($(#[$doc])* $variant,)*
        }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$variant),*];

            /// The key of its wording in the locale files.
            pub fn code(self) -> &'static str {
                match self { $(Refusal::$variant => $code,)* }
            }
        }
    };
}

refusals! {
    /// The id is taken.
    AlreadyExists = "already-exists";
    /// A name is empty, too long or has characters that it may not have.
    InvalidName = "invalid-name";
    /// An account needs at least one role.
    NoRole = "no-role";
    /// The supervisor role belongs to the supervision office alone.
    SupervisorOutsideOffice = "supervisor-outside-office";
    /// A body that is named does not exist.
    UnknownOrganisation = "unknown-organisation";
    /// The document does not exist.
    UnknownDocument = "unknown-document";
    /// A section that a task names is not in the plan.
    UnknownSection = "unknown-section";
    /// A target that a value names is not in the task.
    UnknownTarget = "unknown-target";
    /// Two values for one target.
    RepeatedTarget = "repeated-target";
    /// A plan needs at least one task.
    NoTasks = "no-tasks";
    /// A title or text is missing or too long.
    InvalidText = "invalid-text";
    /// The year is outside 1949 to 2100.
    InvalidYear = "invalid-year";
    /// The report day is outside 1 to 31.
    InvalidReportDay = "invalid-report-day";
    /// The plan is issued already.
    AlreadyIssued = "already-issued";
    /// The plan is not issued yet.
    NotIssued = "not-issued";
    /// The task is outside the limits of scope.
    NotTracked = "not-tracked";
    /// The body does not report on this task.
    NotReporter = "not-reporter";
    /// The month is before the plan's year or has not begun.
    PeriodNotOpen = "period-not-open";
    /// A file of evidence that is not there, belongs to another draft or report, or is named twice.
    UnknownEvidence = "unknown-evidence";
    /// A report carries at most [`MOST_EVIDENCE`](crate::evidence::MOST_EVIDENCE) files.
    TooMuchEvidence = "too-much-evidence";
    /// A report must say what was done.
    NothingDone = "nothing-done";
    /// 完成率 is above 100.
    InvalidCompletion = "invalid-completion";
    /// A report that is under approval, approved or verified cannot be handed in again; it has to be returned first.
    ReportUnderWay = "report-under-way";
    /// Only a submitted report can be approved.
    NotSubmitted = "not-submitted";
    /// Only an approved report can be verified.
    NotApproved = "not-approved";
    /// A verified or returned report cannot be returned.
    NotReturnable = "not-returnable";
    /// A return needs a reason.
    NoReason = "no-reason";
    /// Whoever submitted a report does not approve it.
    SamePerson = "same-person";
    /// A body does not verify its own report.
    OwnHouse = "own-house";
    /// The task belongs to another plan.
    ForeignTask = "foreign-task";
    /// The key that is to be replaced is not the present one of the log.
    OtherLogKey = "other-log-key";
    /// Nothing hinders signing the log, and nobody said that it is to end all the same.
    LogIsSound = "log-is-sound";
    /// The task is open, or withheld, already.
    NothingToPublish = "nothing-to-publish";
    /// Something cannot take effect before the date of the plan's document.
    EffectBeforeDocument = "effect-before-document";
    /// Something cannot be recorded now that takes effect on a day to come.
    EffectInFuture = "effect-in-future";
    /// Where the plan's document has no date, nothing says how far back something may take effect.
    EffectWithoutDocumentDate = "effect-without-document-date";
    /// The file was erased by law and is not taken again.
    FileErased = "file-erased";
    /// An erasure has to name at least one text or file.
    NothingToErase = "nothing-to-erase";
    /// An erasure names more than can be judged at once.
    TooMuchToErase = "too-much-to-erase";
    /// A text or file that is named does not exist or was erased already.
    AlreadyErased = "already-erased";
    /// An erasure needs an explanation.
    NoExplanation = "no-explanation";
    /// Words of a promise go on certain grounds only.
    PromiseStays = "promise-stays";
    /// Words of a promise go only by two people of the supervision office.
    OfficeAlone = "office-alone";
    /// The erasure was confirmed or declined already.
    ErasureDecided = "erasure-decided";
    /// Whoever proposed an erasure does not confirm it.
    ProposedBySame = "proposed-by-same";
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}
