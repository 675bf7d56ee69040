//! How addresses are written: one pattern for the route table and one builder for links, side by side.
//!
//! Which policy stands before an address is said in [`crate::routes`].

/// The stylesheet.
pub(crate) const STYLESHEET: &str = "/static/luoshi.css";
/// The mark of the site, also its icon in a browser's tab.
pub(crate) const MARK: &str = "/static/mark.svg";
/// 首页.
pub(crate) const HOME: &str = "/";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const SIGN_OUT: &str = "/sign-out";
/// 台账: the choice of a plan.
pub(crate) const LEDGERS: &str = "/ledger";
/// 待办 of a clerk.
pub(crate) const TO_DO: &str = "/to-do";
/// 审核 of a head.
pub(crate) const APPROVALS: &str = "/approvals";
/// 核验 of the supervision office.
pub(crate) const VERIFICATIONS: &str = "/verification";
/// 文件.
pub(crate) const DOCUMENTS: &str = "/documents";
/// The form for bringing a document in.
pub(crate) const IMPORT: &str = "/documents/import";
/// 检索.
pub(crate) const SEARCH: &str = "/search";
/// 检索公开任务.
pub(crate) const PUBLIC_SEARCH: &str = "/public/search";
/// 公开.
pub(crate) const PUBLIC: &str = "/public";
/// What the open data hold.
pub(crate) const PUBLIC_DATA: &str = "/public/data";
/// The transparency log, and how to check it.
pub(crate) const LOG: &str = "/log";
/// The latest signed checkpoint of the log (C2SP tlog-tiles).
pub(crate) const LOG_CHECKPOINT: &str = "/log/checkpoint";
/// The public key of the log.
pub(crate) const LOG_KEY: &str = "/log/key";
/// Every key that signed for the site's logs, with the statements between them.
pub(crate) const LOG_KEYS: &str = "/log/keys";
/// The files of a log that continues the first one, below its number: `/log/2/checkpoint`.
pub(crate) const LOG_LATER: &str = "/log/{*path}";
/// Tiles and entries of the log (C2SP tlog-tiles).
pub(crate) const LOG_TILE: &str = "/log/tile/{*path}";
/// One draft of a review.
pub(crate) const REVIEW_TASK: &str = "/reviews/{id}/tasks/{number}";
/// 设置.
pub(crate) const SETTINGS: &str = "/settings";
/// Changing the password.
pub(crate) const PASSWORD: &str = "/settings/password";
/// 后台作业.
pub(crate) const JOBS: &str = "/settings/jobs";
/// 清除登记.
pub(crate) const ERASURES: &str = "/erasures";
/// Proposing an erasure.
pub(crate) const NEW_ERASURE: &str = "/erasures/new";
/// How much was erased, for everybody.
pub(crate) const PUBLIC_ERASURES: &str = "/public/erasures";
/// 单位和账号.
pub(crate) const ORGANISATIONS: &str = "/organisations";

macro_rules! addresses {
    ($($(#[$doc:meta])* $pattern:ident = $path:literal, $builder:ident($id:ty), $prefix:literal, $suffix:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) const $pattern: &str = $path;

        $(#[$doc])*
        pub(crate) fn $builder(id: &$id) -> String {
            format!(concat!($prefix, "{}", $suffix), id)
        }
    )*

        #[cfg(test)]
        const BUILT: &[(&str, &str)] = &[$(($path, concat!($prefix, "{id}", $suffix))),*];
    };
}

addresses! {
    /// 台账 of one plan.
    LEDGER = "/plans/{id}/ledger", ledger(luoshi_ledger::ids::PlanId), "/plans/", "/ledger";
    /// 台账 as a workbook.
    LEDGER_XLSX = "/plans/{id}/ledger.xlsx", ledger_xlsx(luoshi_ledger::ids::PlanId), "/plans/", "/ledger.xlsx";
    /// 台账 as comma-separated values.
    LEDGER_CSV = "/plans/{id}/ledger.csv", ledger_csv(luoshi_ledger::ids::PlanId), "/plans/", "/ledger.csv";
    /// 未报清单 of one plan.
    MISSING = "/plans/{id}/missing", missing(luoshi_ledger::ids::PlanId), "/plans/", "/missing";
    /// A task to be added by hand.
    NEW_TASK = "/plans/{id}/tasks/new", new_task(luoshi_ledger::ids::PlanId), "/plans/", "/tasks/new";
    /// A task.
    TASK = "/tasks/{id}", task(luoshi_ledger::ids::TaskId), "/tasks/", "";
    /// The passage of the document that a task's text is.
    PASSAGE = "/tasks/{id}/source", passage(luoshi_ledger::ids::TaskId), "/tasks/", "/source";
    /// Who reports on a task and by when.
    REPORTER = "/tasks/{id}/reporter", reporter(luoshi_ledger::ids::TaskId), "/tasks/", "/reporter";
    /// Opening a task to the public or withholding it.
    PUBLICATION = "/tasks/{id}/publication", publication(luoshi_ledger::ids::TaskId), "/tasks/", "/publication";
    /// The form of a report.
    REPORT_FORM = "/tasks/{id}/report", report_form(luoshi_ledger::ids::TaskId), "/tasks/", "/report";
    /// A report.
    REPORT = "/reports/{id}", report(luoshi_ledger::ids::ReportId), "/reports/", "";
    /// A file of evidence.
    EVIDENCE = "/evidence/{id}", evidence(luoshi_ledger::ids::EvidenceId), "/evidence/", "";
    /// Approving a report.
    APPROVE = "/reports/{id}/approve", approve(luoshi_ledger::ids::ReportId), "/reports/", "/approve";
    /// Returning a report for a reason, as the head of the body.
    RETURN_AT_APPROVAL = "/reports/{id}/return", return_at_approval(luoshi_ledger::ids::ReportId), "/reports/", "/return";
    /// Verifying a report.
    VERIFY = "/reports/{id}/verify", verify(luoshi_ledger::ids::ReportId), "/reports/", "/verify";
    /// Returning a report for a reason, as the supervision office.
    RETURN_AT_VERIFICATION = "/reports/{id}/return-for-correction", return_at_verification(luoshi_ledger::ids::ReportId), "/reports/", "/return-for-correction";
    /// 回执.
    RECEIPT = "/receipts/{id}", receipt(luoshi_ledger::ids::CommandId), "/receipts/", "";
    /// 回执 as a text file.
    RECEIPT_TEXT = "/receipts/{id}/receipt.txt", receipt_text(luoshi_ledger::ids::CommandId), "/receipts/", "/receipt.txt";
    /// 审阅 of one document.
    REVIEW = "/reviews/{id}", review(luoshi_app::review::ReviewId), "/reviews/", "";
    /// What a review says of the plan as a whole.
    REVIEW_PLAN = "/reviews/{id}/plan", review_plan(luoshi_app::review::ReviewId), "/reviews/", "/plan";
    /// Accepting a review (采纳).
    REVIEW_ADOPT = "/reviews/{id}/adopt", review_adopt(luoshi_app::review::ReviewId), "/reviews/", "/adopt";
    /// A plan between review and ledger.
    PLAN = "/plans/{id}", plan(luoshi_ledger::ids::PlanId), "/plans/", "";
    /// Issuing a plan (印发).
    PLAN_ISSUE = "/plans/{id}/issue", plan_issue(luoshi_ledger::ids::PlanId), "/plans/", "/issue";
    /// Opening tasks of a plan to the public or withholding them.
    PLAN_PUBLICATION = "/plans/{id}/publication", plan_publication(luoshi_ledger::ids::PlanId), "/plans/", "/publication";
    /// An erasure.
    ERASURE = "/erasures/{id}", erasure(luoshi_ledger::ids::ErasureId), "/erasures/", "";
    /// Agreeing to an erasure.
    ERASURE_CONFIRM = "/erasures/{id}/confirm", erasure_confirm(luoshi_ledger::ids::ErasureId), "/erasures/", "/confirm";
    /// Declining an erasure.
    ERASURE_DECLINE = "/erasures/{id}/decline", erasure_decline(luoshi_ledger::ids::ErasureId), "/erasures/", "/decline";
    /// An open plan; as data where `.json` or `.csv` follows the id.
    PUBLIC_PLAN = "/public/plans/{id}", public_plan(luoshi_ledger::ids::PlanId), "/public/plans/", "";
    /// The figures of an open plan as comma-separated values.
    PUBLIC_VALUES = "/public/plans/{id}/values.csv", public_values(luoshi_ledger::ids::PlanId), "/public/plans/", "/values.csv";
    /// An open task; as data where `.json` follows the id.
    PUBLIC_TASK = "/public/tasks/{id}", public_task(luoshi_ledger::ids::TaskId), "/public/tasks/", "";
}

/// One draft of a review.
pub(crate) fn review_task(review: &luoshi_app::review::ReviewId, number: &u32) -> String {
    format!("{}/tasks/{number}", self::review(review))
}

/// The form of a report for one month.
pub(crate) fn report_form_for(task: &luoshi_ledger::ids::TaskId, period: &luoshi_ledger::period::Period) -> String {
    format!("{}?period={period}", report_form(task))
}

/// 未报清单 of one month.
pub(crate) fn missing_in(plan: &luoshi_ledger::ids::PlanId, period: &luoshi_ledger::period::Period) -> String {
    format!("{}?period={period}", missing(plan))
}

/// The form for signing in, which leads to `back` afterwards.
pub(crate) fn sign_in_and_return(back: &str) -> String {
    if is_own(back) && back != HOME {
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!("{SIGN_IN}?next={back}")
    } else {
        SIGN_IN.to_owned()
    }
}

/// Whether an address is one of this site, so that a form for signing in does not lead elsewhere.
pub(crate) fn is_own(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        // Browsers read a backslash as a slash, and no header takes a control character.
        && !address.contains(|character: char| character == '\\' || character.is_control())
        && address.len() <= 2000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_and_patterns_agree() {
        for (pattern, built) in BUILT {
            assert_eq!(pattern, built);
        }
    }

    #[test]
    fn other_sites_are_not_led_to() {
        for foreign in [
            "https://example.com/",
            "//example.com",
            "/\\example.com",
            "",
            "javascript:alert(1)",
            "/a\r\nb",
            "/\0",
            "/a\u{1}",
            "/\u{7f}",
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
        assert!(is_own("/tasks/1?period=2026-03"));
        assert_eq!(
            sign_in_and_return("/ledger?a=b&c"),
            "/sign-in?next=%2Fledger%3Fa%3Db%26c"
        );
        assert_eq!(sign_in_and_return("//example.com"), "/sign-in");
    }
}
