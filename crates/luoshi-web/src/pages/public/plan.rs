//! The list of open plans, and one plan with its open tasks.

use std::collections::BTreeMap;

use askama::Template;
use jiff::civil::Date;
use luoshi_app::{Standpoint, public_data::PublicTable};
use luoshi_ledger::{
    ids::{OrganisationId, PlanId},
    light::Colour,
    view::{PublicPlan, PublicTask},
};

use super::data::{self, Format, Requested};
use crate::{
    access::{Anybody, Visit},
    as_of::absent,
    at::At,
    failure::{Answer, Failure},
    form::Fields,
    frame::{Frame, Place},
    pages::show,
    urls,
};

/// Tasks on one page.
const TASKS_A_PAGE: usize = 100;
/// Longest search that is looked at, in characters.
const LONGEST_SEARCH: usize = 100;

/// The list of open plans.
#[derive(Template)]
#[template(path = "public/plans.html")]
pub(crate) struct PublicPlansPage {
    pub(crate) frame: Frame,
    pub(crate) plans: Vec<PublicPlan>,
}

/// The list of open plans.
pub(crate) async fn list(visit: Visit<Anybody>) -> Answer {
    let plans = visit.app().public_plans()?;
    show(&PublicPlansPage {
        frame: visit.frame(Place::Public).headed("public-plans"),
        plans,
    })
}

/// One plan with its open tasks.
#[derive(Template)]
#[template(path = "public/plan.html")]
pub(crate) struct PublicPlanPage {
    pub(crate) frame: Frame,
    pub(crate) plan: PublicPlan,
    /// The day by which the lights stand.
    pub(crate) today: Date,
    pub(crate) tasks: Vec<PublicTask>,
    /// Number of tasks that fit the search.
    pub(crate) found: usize,
    pub(crate) sections: Vec<String>,
    pub(crate) bodies: Vec<(OrganisationId, String)>,
    pub(crate) lights: Vec<(Colour, usize)>,
    pub(crate) search: Search,
    /// 序号 after which the next page begins.
    pub(crate) next_after: Option<u32>,
}

/// What somebody looks for. What an address says that is no filter is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) words: String,
    pub(crate) section: String,
    pub(crate) body: Option<OrganisationId>,
    pub(crate) light: Option<Colour>,
    pub(crate) after: Option<u32>,
}

impl Search {
    fn of(fields: &Fields) -> Self {
        Self {
            words: fields.text("q").chars().take(LONGEST_SEARCH).collect(),
            section: fields.text("section"),
            body: fields.raw("body").parse().ok(),
            light: Colour::from_code(fields.raw("light")),
            after: fields.raw("after").parse().ok(),
        }
    }

    fn is_narrowed(&self) -> bool {
        Self {
            after: None,
            ..self.clone()
        } != Self::default()
    }

    /// Whether a task is looked for. Several words all have to be there.
    fn finds(&self, task: &PublicTask) -> bool {
        (self.section.is_empty() || task.section == self.section)
            && self.body.is_none_or(|body| bodies_of(task).any(|(id, _)| id == body))
            && self.light.is_none_or(|light| task.light.colour == light)
            && self
                .words
                .split_whitespace()
                .all(|word| has_word(task, &word.to_lowercase()))
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.words.is_empty() {
            query.append_pair("q", &self.words);
        }
        if !self.section.is_empty() {
            query.append_pair("section", &self.section);
        }
        if let Some(body) = self.body {
            query.append_pair("body", &body.to_string());
        }
        if let Some(light) = self.light {
            query.append_pair("light", light.code());
        }
        query.finish()
    }
}

fn has_word(task: &PublicTask, word: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    has(&task.title)
        || has(&task.text)
        || task.parties.iter().any(|party| has(&party.raw))
        || bodies_of(task).any(|(_, name)| has(name))
}

fn bodies_of(task: &PublicTask) -> impl Iterator<Item = (OrganisationId, &str)> {
    task.parties
        .iter()
        .filter_map(|party| party.organisation.as_ref())
        .map(|(id, name)| (*id, name.as_str()))
}

impl PublicPlanPage {
    pub(crate) fn new(frame: Frame, plan: PublicPlan, today: Date, all: Vec<PublicTask>, search: Search) -> Self {
        let mut sections: Vec<String> = Vec::new();
        let mut bodies = BTreeMap::new();
        for task in &all {
            if !task.section.is_empty() && !sections.contains(&task.section) {
                sections.push(task.section.clone());
            }
            bodies.extend(bodies_of(task).map(|(id, name)| (name.to_owned(), id)));
        }
        let lights = Colour::ALL
            .into_iter()
            .map(|colour| (colour, all.iter().filter(|task| task.light.colour == colour).count()))
            .filter(|(_, count)| *count > 0)
            .collect();
        let mut tasks: Vec<PublicTask> = all.into_iter().filter(|task| search.finds(task)).collect();
        let found = tasks.len();
        if let Some(after) = search.after {
            tasks.retain(|task| task.number > after);
        }
        let has_more = tasks.len() > TASKS_A_PAGE;
        tasks.truncate(TASKS_A_PAGE);
        Self {
            next_after: tasks.last().map(|task| task.number).filter(|_| has_more),
            frame: frame
                .under("public-plans", urls::PUBLIC)
                .headed_by(plan.title.clone(), "public-plan"),
            plan,
            today,
            tasks,
            found,
            sections,
            bodies: bodies.into_iter().map(|(name, id)| (id, name)).collect(),
            lights,
            search,
        }
    }

    fn next_address(&self, after: &u32) -> String {
        let query = self.search.query();
        let joint = if query.is_empty() { "" } else { "&" };
        let address = format!("{}?{query}{joint}after={after}", urls::public_plan(&self.plan.id));
        self.frame.keep_day(address)
    }

    fn data_address(&self, ending: &str) -> String {
        format!("{}.{ending}", urls::public_plan(&self.plan.id))
    }

    fn light_address(&self, colour: &Colour) -> String {
        let address = format!("{}?light={}", urls::public_plan(&self.plan.id), colour.code());
        self.frame.keep_day(address)
    }

    fn body_is_chosen(&self, body: &OrganisationId) -> bool {
        self.search.body == Some(*body)
    }

    fn light_is_chosen(&self, colour: &Colour) -> bool {
        self.search.light == Some(*colour)
    }
}

/// One plan with its open tasks: a page, or data where the address ends so.
pub(crate) async fn show_plan(visit: Visit<Anybody>, At(requested): At<Requested<PlanId>>) -> Answer {
    let id = requested.id;
    // Who asks for a plan that nobody may read has no past day made for it.
    let now = visit.app().public_plan(id)?.ok_or(Failure::NotFound)?;
    let standpoint = visit.public_standpoint().await?;
    let absent = || absent(&standpoint, true);
    match requested.format {
        Format::Page => {
            let plan = standpoint.public_plan(id)?.ok_or_else(absent)?;
            let tasks = standpoint.public_tasks(id)?.ok_or_else(absent)?;
            let search = Search::of(&visit.query());
            let frame = visit.frame(Place::Public).seen_from(&standpoint);
            show(&PublicPlanPage::new(frame, plan, standpoint.today(), tasks, search))
        }
        Format::Json => standpoint.public_plan_json(id)?.map(data::json).ok_or_else(absent),
        Format::Csv => table(&standpoint, &now, PublicTable::Tasks, "tasks"),
    }
}

/// The figures of all open tasks of a plan, one line a figure.
pub(crate) async fn values(visit: Visit<Anybody>, At(id): At<PlanId>) -> Answer {
    let now = visit.app().public_plan(id)?.ok_or(Failure::NotFound)?;
    table(&visit.public_standpoint().await?, &now, PublicTable::Values, "values")
}

fn table(standpoint: &Standpoint<'_>, plan: &PublicPlan, table: PublicTable, name: &str) -> Answer {
    let bytes = standpoint
        .public_csv(plan.id, table)?
        .ok_or_else(|| absent(standpoint, true))?;
    let day = standpoint
        .past()
        .map(|past| format!("-{}", past.as_of.day))
        .unwrap_or_default();
    Ok(data::csv(bytes, &format!("luoshi-{}-{name}{day}.csv", plan.year)))
}
