//! 台账: the choice of a plan, the ledger with its sixteen columns, and its exports.

use std::sync::Arc;

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use luoshi_app::{
    PastDay,
    export::{ExportFormat, ExportWords},
    ledger::LedgerList,
};
use luoshi_ledger::{
    ids::PlanId,
    light::{Colour, Proof},
    period::Period,
    plan::{Plan, Section},
    report::ReportState,
    task::{Publication, TaskKind},
    view::{LedgerFilter, LedgerRow, LightCounts, OrganisationSummary, PlanSummary},
};
use luoshi_types::{Language, PartyRole};

use super::{lead_to, show, written};
use crate::{
    access::{Member, Visit},
    as_of::absent,
    at::At,
    failure::{Answer, Failure},
    form::Fields,
    frame::{Frame, Place},
    language::{self, Value},
    urls,
    written_lines::{LineKey, WrittenLines},
};

/// Rows of one page: what a person scrolls through before filtering.
const ROWS_A_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "ledger/plans.html")]
pub(crate) struct PlansPage {
    pub(crate) frame: Frame,
    pub(crate) plans: Vec<PlanSummary>,
}

/// The choice of a plan; a single one is opened at once.
pub(crate) async fn choose(visit: Visit<Member>) -> Answer {
    let plans = visit.app().plans(visit.actor())?;
    if let [plan] = plans.as_slice() {
        return Ok(lead_to(&urls::ledger(&plan.id)));
    }
    show(&PlansPage {
        frame: visit.frame(Place::Ledger).headed("ledgers"),
        plans,
    })
}

/// One line of the ledger as the page shows it.
pub(crate) struct Line {
    pub(crate) row: LedgerRow,
    /// 责任单位, the lead first.
    pub(crate) responsible: Vec<String>,
    /// 配合单位.
    pub(crate) cooperating: Vec<String>,
    /// 责任人.
    pub(crate) officials: Vec<String>,
    /// 节点: deadlines of single targets, in order.
    pub(crate) milestones: Vec<(Date, String)>,
    /// 备注.
    pub(crate) remarks: Vec<String>,
}

impl Line {
    pub(crate) fn of(row: LedgerRow, frame: &Frame) -> Self {
        let with_role = |wanted: &[PartyRole]| -> Vec<String> {
            row.parties
                .iter()
                .filter(|party| wanted.contains(&party.role))
                .map(|party| {
                    if party.role == PartyRole::Lead {
                        frame.say1("party-that-leads", "name", &party.raw)
                    } else {
                        party.raw.clone()
                    }
                })
                .collect()
        };
        let mut responsible = with_role(&[PartyRole::Lead]);
        responsible.extend(with_role(&[
            PartyRole::Responsible,
            PartyRole::Implementing,
            PartyRole::Generic,
        ]));
        let mut milestones: Vec<(Date, String)> = row
            .targets
            .iter()
            .filter_map(|target| Some((target.due?, frame.target(target))))
            .collect();
        milestones.sort();
        let mut remarks = Vec::new();
        if !row.section.is_empty() && row.kind != TaskKind::ReportTask {
            remarks.push(frame.word("task-kind-", row.kind.code()));
        }
        if row.publication == Publication::Open {
            remarks.push(frame.word("publication-", row.publication.code()));
        }
        Self {
            cooperating: with_role(&[PartyRole::Cooperating]),
            officials: with_role(&[PartyRole::LeaderPerson]),
            responsible,
            milestones,
            remarks,
            row,
        }
    }

    /// The promise after its first sentence, which the page shows as the link to the task; the whole of it where it begins otherwise.
    pub(crate) fn rest(&self) -> &str {
        let text = self.row.text.as_str();
        text.strip_prefix(self.row.title.as_str()).unwrap_or(text)
    }

    pub(crate) fn progress(&self) -> &str {
        self.row.latest.as_ref().map_or("", |report| report.done.as_str())
    }

    pub(crate) fn problems(&self) -> &str {
        self.row.latest.as_ref().map_or("", |report| report.problems.as_str())
    }

    pub(crate) fn next_step(&self) -> &str {
        self.row.latest.as_ref().map_or("", |report| report.next_step.as_str())
    }

    /// 类别: the section, or where the task came from.
    pub(crate) fn category(&self, frame: &Frame) -> String {
        if self.row.section.is_empty() {
            frame.word("task-kind-", self.row.kind.code())
        } else {
            self.row.section.clone()
        }
    }

    /// The month of the latest report.
    pub(crate) fn period(&self) -> Option<Period> {
        self.row.latest.as_ref().map(|report| report.period)
    }

    /// Whether it is followed at all: nothing is reported of a task that is not.
    pub(crate) fn is_tracked(&self) -> bool {
        self.row.light.colour != Colour::NotTracked
    }

    /// 核验: the state of the latest report; `none` where there is none.
    pub(crate) fn state(&self) -> &'static str {
        self.row.latest.as_ref().map_or("none", |report| report.state.code())
    }

    /// What the verifier found, in words.
    pub(crate) fn conclusion(&self) -> &str {
        match self.row.latest.as_ref().map(|report| &report.state) {
            Some(ReportState::Verified { conclusion, .. }) => conclusion,
            _ => "",
        }
    }
}

#[derive(Template)]
#[template(path = "ledger/line.html")]
struct LineShown<'a> {
    frame: &'a Frame,
    line: Line,
}

/// The lines of a list as the page shows them: those that were found written, and the others written now and kept.
pub(crate) fn write_lines(
    list: &mut LedgerList,
    found: Vec<Option<Arc<str>>>,
    frame: &Frame,
    kept: Option<&WrittenLines>,
) -> Result<Vec<Arc<str>>, Failure> {
    let erasures = list.erasures;
    let mut lines = Vec::with_capacity(list.lines.len());
    for (listed, found) in list.lines.iter_mut().zip(found) {
        let line = match (found, listed.row.take()) {
            (Some(line), _) => line,
            (None, Some(row)) => {
                let line = Line::of(row, frame);
                let line: Arc<str> = written(&LineShown { frame, line })?.into();
                if let Some(kept) = kept {
                    kept.keep(LineKey::of(frame.language, erasures, listed), Arc::clone(&line));
                }
                line
            }
            // A task has a row in the same state of the database in which it has a version.
            (None, None) => return Err(Failure::Internal(format!("no row of task {}", listed.version.task))),
        };
        lines.push(line);
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "ledger/ledger.html")]
pub(crate) struct LedgerShown {
    pub(crate) frame: Frame,
    pub(crate) plan: Plan,
    pub(crate) today: Date,
    pub(crate) lines: Vec<Arc<str>>,
    pub(crate) counts: LightCounts,
    pub(crate) organisations: Vec<OrganisationSummary>,
    pub(crate) chosen: Chosen,
    pub(crate) next_after: Option<u32>,
}

impl LedgerShown {
    pub(crate) fn of(list: LedgerList, lines: Vec<Arc<str>>, chosen: Chosen, frame: Frame) -> Self {
        Self {
            lines,
            plan: list.plan,
            today: list.today,
            counts: list.counts,
            organisations: list.organisations,
            chosen,
            next_after: list.next_after,
            frame,
        }
    }

    /// The counts of each light with the colour to filter by.
    fn lights(&self) -> [(Colour, u32); 5] {
        self.counts.by_colour()
    }

    fn section_is_chosen(&self, section: &Section) -> bool {
        self.chosen.filter.section == Some(section.id)
    }

    fn organisation_is_chosen(&self, organisation: &OrganisationSummary) -> bool {
        self.chosen.filter.organisation == Some(organisation.id)
    }

    fn light_is_chosen(&self, colour: &Colour) -> bool {
        self.chosen.filter.light == Some(*colour)
    }

    fn light_address(&self, colour: &Colour) -> String {
        let address = format!("{}?light={}", urls::ledger(&self.plan.id), colour.code());
        self.frame.keep_day(address)
    }

    fn next_address(&self, after: &u32) -> String {
        let query = self.chosen.query();
        let joint = if query.is_empty() { "" } else { "&" };
        let address = format!("{}?{query}{joint}after={after}", urls::ledger(&self.plan.id));
        self.frame.keep_day(address)
    }

    fn export_address(&self, address: String) -> String {
        let query = self.chosen.query();
        self.frame.keep_day(if query.is_empty() {
            address
        } else {
            format!("{address}?{query}")
        })
    }
}

/// The filter that an address asks for. What it does not understand it leaves out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) filter: LedgerFilter,
}

impl Chosen {
    pub(crate) fn of(fields: &Fields) -> Self {
        Self {
            filter: LedgerFilter {
                section: fields.raw("section").parse().ok(),
                organisation: fields.raw("organisation").parse().ok(),
                light: Colour::from_code(fields.raw("light")),
                after_number: fields.raw("after").parse().ok(),
                ..LedgerFilter::default()
            },
        }
    }

    pub(crate) fn is_narrowed(&self) -> bool {
        self.filter.section.is_some() || self.filter.organisation.is_some() || self.filter.light.is_some()
    }

    pub(crate) fn is_later_page(&self) -> bool {
        self.filter.after_number.is_some()
    }

    /// The filter as the fields of an address, without the place in the list.
    pub(crate) fn query(&self) -> String {
        let section = self.filter.section.map(|section| format!("section={section}"));
        let organisation = self
            .filter
            .organisation
            .map(|organisation| format!("organisation={organisation}"));
        let light = self.filter.light.map(|light| format!("light={}", light.code()));
        [section, organisation, light]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// The ledger of a plan.
pub(crate) async fn show_ledger(visit: Visit<Member>, At(plan): At<PlanId>) -> Answer {
    let mut chosen = Chosen::of(&visit.query());
    chosen.filter.limit = Some(ROWS_A_PAGE);
    let standpoint = visit.standpoint().await?;
    // The lines of a past day are of a ledger of its own.
    let kept = standpoint.past().is_none().then_some(visit.written_lines());
    let language = visit.visitor().language;
    let mut found = Vec::with_capacity(ROWS_A_PAGE as usize);
    let list = standpoint.ledger_list(
        visit.actor(),
        plan,
        &chosen.filter,
        |erasures, version, shows_report| {
            let line = kept.and_then(|kept| kept.find(&LineKey::new(language, erasures, *version, shows_report)));
            let is_known = line.is_some();
            found.push(line);
            is_known
        },
    )?;
    let Some(mut list) = list else {
        return Err(absent(&standpoint, visit.app().plan(visit.actor(), plan)?.is_some()));
    };
    let frame = visit
        .frame(Place::Ledger)
        .seen_from(&standpoint)
        .under("ledgers", urls::LEDGERS)
        .headed_by(list.plan.title.clone(), "ledger");
    let lines = write_lines(&mut list, found, &frame, kept)?;
    show(&LedgerShown::of(list, lines, chosen, frame))
}

/// The ledger as a workbook.
pub(crate) async fn export_xlsx(visit: Visit<Member>, At(plan): At<PlanId>) -> Answer {
    export(&visit, plan, ExportFormat::Xlsx).await
}

/// The ledger as comma-separated values.
pub(crate) async fn export_csv(visit: Visit<Member>, At(plan): At<PlanId>) -> Answer {
    export(&visit, plan, ExportFormat::Csv).await
}

async fn export(visit: &Visit<Member>, plan: PlanId, format: ExportFormat) -> Answer {
    let filter = LedgerFilter {
        after_number: None,
        ..Chosen::of(&visit.query()).filter
    };
    let (kind, extension) = match format {
        ExportFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
        ),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    let year = visit.app().plan(visit.actor(), plan)?.ok_or(Failure::NotFound)?.year;
    let standpoint = visit.standpoint().await?;
    let words = Words(visit.visitor().language);
    let bytes = standpoint
        .export_ledger(visit.actor(), plan, &filter, format, &words)?
        .ok_or_else(|| absent(&standpoint, true))?;
    let day = standpoint
        .past()
        .map(|past| format!("-{}", past.as_of.day))
        .unwrap_or_default();
    Ok(download(kind, &format!("luoshi-ledger-{year}{day}.{extension}"), bytes))
}

/// The words of an exported ledger, for whoever exports one without a page.
pub fn ledger_words(language: Language) -> impl ExportWords {
    Words(language)
}

/// The words of an exported ledger in the reader's language.
struct Words(Language);

/// The headings of the ledger in their customary order, as keys.
const HEADINGS: [&str; 16] = [
    "column-number",
    "column-section",
    "column-text",
    "column-target",
    "column-responsible",
    "column-cooperating",
    "column-official",
    "column-due",
    "column-milestones",
    "column-progress",
    "column-completion",
    "column-light",
    "column-problems",
    "column-next-step",
    "column-verification",
    "column-remarks",
];

impl ExportWords for Words {
    fn headings(&self) -> [String; 16] {
        HEADINGS.map(|key| language::say(self.0, key))
    }

    fn sheet_name(&self) -> String {
        language::say(self.0, "ledger")
    }

    fn note(&self, taken_on: &str, past: Option<PastDay>, checkpoint: &str) -> String {
        let mut values = vec![("date", Value::text(taken_on)), ("checkpoint", Value::text(checkpoint))];
        let key = match past {
            None => "export-note".to_owned(),
            Some(past) => {
                values.push(("known", Value::text(past.known_until())));
                format!("export-note-{}", past.as_of.clock.code())
            }
        };
        language::say_with(self.0, &key, &values)
    }

    fn task_kind(&self, kind: TaskKind) -> String {
        word(self.0, "task-kind-", kind.code())
    }

    fn colour(&self, colour: Colour) -> String {
        word(self.0, "light-", colour.code())
    }

    fn proof(&self, proof: Proof) -> String {
        word(self.0, "proof-", proof.code())
    }

    fn report_state(&self, state: &ReportState) -> String {
        word(self.0, "state-", state.code())
    }

    fn page_words(&self) -> (String, String) {
        (
            language::say(self.0, "export-page-before"),
            language::say(self.0, "export-page-after"),
        )
    }
}

fn word(language: Language, prefix: &str, code: &str) -> String {
    language::say(language, &format!("{prefix}{}", code.replace('_', "-")))
}

/// A file that the browser saves rather than shows. `name` is the program's own, in plain letters.
pub(crate) fn download(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_survives_the_way_through_an_address() {
        let query = "section=018f0000-0000-7000-8000-000000000001&light=red";
        let chosen = Chosen::of(&Fields::of_query(Some(&format!("{query}&after=50"))));
        assert_eq!(chosen.filter.light, Some(Colour::Red));
        assert_eq!(chosen.filter.after_number, Some(50));
        assert_eq!(chosen.query(), query);
        assert!(!Chosen::of(&Fields::of_query(Some("section=x&light=blue"))).is_narrowed());
    }
}
