//! The identities of things, one type a noun, so that a task's id is never taken for a plan's.
//!
//! No id is made here except those that are a function of other things; new ones come from the application's clock and randomness.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::period::Period;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The sixteen bytes as a database keeps them.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )*};
}

ids! {
    /// A person's access to the site.
    AccountId;
    /// One request to change the ledger; all events that it caused carry it.
    CommandId;
    /// A source document (来源文件).
    DocumentId;
    /// The erasure (清除) of words or files.
    ErasureId;
    /// One recorded event.
    EventId;
    /// One file of evidence (佐证材料) of a report.
    EvidenceId;
    /// A transparency log (存证日志).
    LogId;
    /// A body that commitments are made by (单位).
    OrganisationId;
    /// A plan (年度计划).
    PlanId;
    /// A progress report (进展报告) of one body on one task in one period.
    ReportId;
    /// A section (部分) of a plan.
    SectionId;
    /// A target (指标) of a task.
    TargetId;
    /// A task (任务).
    TaskId;
}

impl EvidenceId {
    /// The one file with these bytes that a report can carry.
    ///
    /// It is a function of the two, so that a form that is sent twice, and a file that is added twice, name the same thing. The name of the
    /// file is left out: nobody may guess from an id what the words were.
    pub fn of(report: ReportId, sha256: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"luoshi evidence id 1");
        hasher.update(report.as_bytes());
        hasher.update(sha256);
        Self(first_half(hasher))
    }
}

impl ReportId {
    /// The one report that `organisation` can give on `task` for `period`.
    ///
    /// It is a function of the three, so that two people who file the same report at once meet in one stream and the second is told.
    ///
    /// All ids of one task begin with the same six bytes, so that its reports, their values and their histories are neighbours in whatever sorts
    /// them by id: a page about the task reads a few places of a large database, not one for each report.
    pub fn of(task: TaskId, organisation: OrganisationId, period: Period) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"luoshi report id 2");
        hasher.update(task.as_bytes());
        hasher.update(organisation.as_bytes());
        hasher.update(period.to_string());
        let mut bytes = *first_half(hasher).as_bytes();
        // The end of the task's id: tasks that were made at one moment begin alike.
        bytes[..6].copy_from_slice(&task.as_bytes()[10..]);
        Self(Uuid::from_bytes(bytes))
    }
}

/// An id out of a hash: sixteen bytes of it as a UUID of version 8.
fn first_half(hasher: Sha256) -> Uuid {
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// They begin alike, as the ids of tasks do that were made at one moment.
    const TASKS: [TaskId; 2] = [
        TaskId(Uuid::from_u128(0x0190_1111_2222_7333_8444_5555_6666_7777)),
        TaskId(Uuid::from_u128(0x0190_1111_2222_7333_8444_5555_6666_7778)),
    ];

    #[test]
    fn reports_of_one_task_are_neighbours_and_none_is_another() {
        let bodies = [1, 2].map(|number| OrganisationId(Uuid::from_u128(number)));
        let months = ["2026-03", "2026-04"].map(|month| month.parse::<Period>().unwrap());
        let of_task = |task| -> Vec<ReportId> {
            let of_body = |body| months.map(|month| ReportId::of(task, body, month));
            bodies.iter().flat_map(|body| of_body(*body)).collect()
        };
        let [mut first, second] = TASKS.map(of_task);
        let begins = |report: &ReportId| report.as_bytes()[..6].to_vec();
        assert!(
            first
                .iter()
                .all(|report| begins(report) == [0x55, 0x55, 0x66, 0x66, 0x77, 0x77])
        );
        assert!(second.iter().all(|report| begins(report) != begins(&first[0])));
        first.extend(second);
        assert!(first.iter().all(|report| report.0.get_version_num() == 8));
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 8);
    }
}
