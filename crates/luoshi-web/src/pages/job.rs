//! 后台作业: what waits, and what was given up with its cause, for the supervision office to have tried again or thrown away.

use askama::Template;
use luoshi_app::job::{JobCounts, JobRow};

use super::{lead_to, show};
use crate::{
    access::{Supervisor, Visit},
    failure::{Answer, Failure},
    form::Submitted,
    frame::{Frame, Place},
    urls,
};

/// Jobs that were given up, and the rest.
#[derive(Template)]
#[template(path = "settings/jobs.html")]
pub(crate) struct JobsPage {
    pub(crate) frame: Frame,
    pub(crate) counts: JobCounts,
    pub(crate) jobs: Vec<JobRow>,
}

impl JobsPage {
    fn buried(&self) -> Vec<&JobRow> {
        self.jobs.iter().filter(|job| job.buried_at.is_some()).collect()
    }

    fn waiting(&self) -> Vec<&JobRow> {
        self.jobs.iter().filter(|job| job.buried_at.is_none()).collect()
    }

    /// What a kind of job does; its stable word where a later release wrote it.
    fn kind(&self, job: &JobRow) -> String {
        self.frame
            .find(&format!("job-{}", job.kind.replace('_', "-")))
            .unwrap_or_else(|| job.kind.clone())
    }
}

/// Jobs.
pub(crate) async fn show_jobs(visit: Visit<Supervisor>) -> Answer {
    show(&JobsPage {
        frame: visit
            .frame(Place::Settings)
            .under("settings", urls::SETTINGS)
            .headed("jobs"),
        counts: visit.app().job_counts(visit.actor())?,
        jobs: visit.app().jobs(visit.actor())?,
    })
}

/// Has a job that was given up tried again, or throws it away.
pub(crate) async fn change(visit: Visit<Supervisor>, form: Submitted) -> Answer {
    let fields = form.fields();
    let id = fields.raw("job").parse().map_err(|_| Failure::BadRequest)?;
    match fields.raw("action") {
        "retry" => visit.app().retry_job(visit.actor(), id).await?,
        "discard" => visit.app().discard_job(visit.actor(), id).await?,
        _ => return Err(Failure::BadRequest),
    }
    Ok(lead_to(urls::JOBS))
}
