//! 检索: what was found, kind by kind, for whoever is signed in; and open tasks, for anybody.
//!
//! What is found for whom the application decides; here it is given words and addresses.

use askama::Template;
use luoshi_app::search::SearchRequest;
use luoshi_ledger::{
    ids::PlanId,
    search::{SearchCount, SearchCursor, SearchHit, SearchKind, SearchPage, SearchQuery, SearchRefusal, SearchSubject},
    view::PlanSummary,
};

use super::{show, show_again};
use crate::{
    access::{Anybody, Member, Visit},
    failure::Answer,
    form::Fields,
    frame::{Frame, Place},
    urls,
};

/// Hits on one page of a kind.
const HITS_A_PAGE: u32 = 20;
/// Hits of each kind where all kinds are shown.
const HITS_AT_A_GLANCE: u32 = 5;
/// Characters of a query that is too long which are shown again; the rest says nothing that the form could take.
const LONGEST_SHOWN: usize = 200;

/// What an address asks for. What it does not understand it leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// As typed.
    pub(crate) words: String,
    pub(crate) kind: Option<SearchKind>,
    pub(crate) plan: Option<PlanId>,
    pub(crate) after: Option<SearchCursor>,
}

impl Asked {
    fn of(fields: &Fields) -> Self {
        Self {
            words: fields.text("q").chars().take(LONGEST_SHOWN).collect(),
            kind: SearchKind::from_code(fields.raw("kind")),
            plan: fields.raw("plan").parse().ok(),
            after: fields.raw("after").parse().ok(),
        }
    }

    fn request(&self, query: &SearchQuery, kind: SearchKind, limit: u32) -> SearchRequest {
        SearchRequest {
            query: query.clone(),
            kind,
            plan: self.plan,
            after: self.after.filter(|_| self.kind.is_some()),
            limit,
        }
    }

    fn address(&self, place: &str, kind: Option<SearchKind>, after: Option<&SearchCursor>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.words);
        if let Some(kind) = kind {
            query.append_pair("kind", kind.code());
        }
        if let Some(plan) = self.plan {
            query.append_pair("plan", &plan.to_string());
        }
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        format!("{place}?{}", query.finish())
    }
}

/// The hits of one kind.
pub(crate) struct Group {
    pub(crate) kind: SearchKind,
    pub(crate) count: SearchCount,
    pub(crate) page: SearchPage,
}

#[derive(Template)]
#[template(path = "search/search.html")]
pub(crate) struct SearchShown {
    pub(crate) frame: Frame,
    pub(crate) asked: Asked,
    /// Whether this is the search that everybody may use, over open tasks alone.
    pub(crate) is_public: bool,
    /// The plans that one can limit the search to.
    pub(crate) plans: Vec<PlanSummary>,
    /// Why the query was not carried out.
    pub(crate) refusal: Option<SearchRefusal>,
    /// Kinds that have hits, with all or some of them.
    pub(crate) groups: Vec<Group>,
    /// How many hits each kind has, for the choice among them.
    pub(crate) counts: Vec<(SearchKind, SearchCount)>,
}

impl SearchShown {
    fn place(&self) -> &'static str {
        if self.is_public {
            urls::PUBLIC_SEARCH
        } else {
            urls::SEARCH
        }
    }

    fn kind_address(&self, kind: &SearchKind) -> String {
        self.asked.address(self.place(), Some(*kind), None)
    }

    fn all_address(&self) -> String {
        self.asked.address(self.place(), None, None)
    }

    fn next_address(&self, kind: &SearchKind, after: &SearchCursor) -> String {
        self.asked.address(self.place(), Some(*kind), Some(after))
    }

    fn everywhere_address(&self) -> String {
        let everywhere = Asked {
            plan: None,
            ..self.asked.clone()
        };
        everywhere.address(self.place(), None, None)
    }

    fn kind_is_chosen(&self, kind: &SearchKind) -> bool {
        self.asked.kind == Some(*kind)
    }

    fn plan_is_chosen(&self, plan: &PlanSummary) -> bool {
        self.asked.plan == Some(plan.id)
    }

    /// Whether all hits of the kind are reached from its group alone.
    fn is_glance(&self, group: &Group) -> bool {
        self.asked.kind.is_none() && group.page.next.is_some()
    }

    fn is_catching_up(&self) -> bool {
        self.groups
            .iter()
            .any(|group| !group.page.is_whole && group.page.next.is_none())
    }

    /// `12`, or `more than 200`.
    fn number(&self, count: &SearchCount) -> String {
        if count.is_more {
            self.frame.say1("search-more-than", "count", count.count)
        } else {
            count.count.to_string()
        }
    }

    /// Where the hit is read.
    fn hit_address(&self, hit: &SearchHit) -> String {
        match &hit.subject {
            SearchSubject::Task { task, .. } if self.is_public => urls::public_task(task),
            SearchSubject::Task { task, .. } => urls::task(task),
            SearchSubject::Report { report, .. } => urls::report(report),
            SearchSubject::Document { task: Some(task), .. } => urls::passage(task),
            SearchSubject::Document { plan: Some(plan), .. } => urls::plan(plan),
            SearchSubject::Document { .. } => urls::DOCUMENTS.to_owned(),
            SearchSubject::Plan { plan, .. } => urls::ledger(plan),
            SearchSubject::Organisation {
                organisation,
                plan: Some(plan),
                ..
            } => format!("{}?organisation={organisation}", urls::ledger(plan)),
            SearchSubject::Organisation { .. } => urls::ORGANISATIONS.to_owned(),
        }
    }

    /// What stands before the heading of a hit, or is its heading where it has none of its own.
    fn hit_name(&self, hit: &SearchHit) -> String {
        match &hit.subject {
            SearchSubject::Task { label, .. } => label.clone(),
            SearchSubject::Report { task_title, period, .. } => {
                self.frame
                    .say2("search-report", "month", self.frame.month(period), "task", task_title)
            }
            _ => String::new(),
        }
    }

    /// What else tells the hit from others.
    fn hit_facts(&self, hit: &SearchHit) -> Vec<String> {
        let frame = &self.frame;
        match &hit.subject {
            SearchSubject::Task { number, plan_title, .. } => {
                vec![frame.say1("search-number", "number", number), plan_title.clone()]
            }
            SearchSubject::Report {
                number,
                organisation_name,
                state,
                plan_title,
                ..
            } => vec![
                organisation_name.clone(),
                frame.word("state-", state),
                frame.say1("search-number", "number", number),
                plan_title.clone(),
            ],
            SearchSubject::Document { .. } => {
                vec![frame.say1("search-received", "time", frame.time(&hit.changed_at))]
            }
            SearchSubject::Plan { year, .. } => vec![frame.say1("public-year", "year", year)],
            SearchSubject::Organisation { kind, plan, .. } => {
                let mut facts = vec![frame.word("organisation-kind-", kind.code())];
                if plan.is_some() {
                    facts.push(frame.say("search-its-tasks"));
                }
                facts
            }
        }
    }
}

/// What whoever is signed in finds.
pub(crate) async fn show_search(visit: Visit<Member>) -> Answer {
    let asked = Asked::of(&visit.query());
    let frame = visit.frame(Place::Nowhere).without_search_box().headed("search");
    let plans = visit.app().plans(visit.actor())?;
    let query = match SearchQuery::read(&asked.words) {
        Ok(query) => query,
        Err(refusal) => return refused(frame, asked, false, plans, refusal),
    };
    let mut groups = Vec::new();
    let mut counts = Vec::new();
    for kind in SearchKind::ALL {
        let limit = if asked.kind.is_some() {
            HITS_A_PAGE
        } else {
            HITS_AT_A_GLANCE
        };
        let request = asked.request(&query, kind, limit);
        let count = visit.app().search_count(visit.actor(), &request)?;
        let is_wanted = asked.kind.is_none_or(|wanted| wanted == kind);
        if is_wanted {
            let page = visit.app().search(visit.actor(), &request)?;
            if !page.hits.is_empty() || !page.is_whole {
                groups.push(Group { kind, count, page });
            }
        }
        if count.count > 0 || count.is_more || asked.kind == Some(kind) {
            counts.push((kind, count));
        }
    }
    show(&SearchShown {
        frame,
        asked,
        is_public: false,
        plans,
        refusal: None,
        groups,
        counts,
    })
}

/// What anybody finds among open tasks.
pub(crate) async fn show_public_search(visit: Visit<Anybody>) -> Answer {
    let asked = Asked {
        kind: Some(SearchKind::Task),
        plan: None,
        ..Asked::of(&visit.query())
    };
    let frame = visit
        .frame(Place::Public)
        .without_search_box()
        .under("public-plans", urls::PUBLIC)
        .headed("public-search-all");
    let query = match SearchQuery::read(&asked.words) {
        Ok(query) => query,
        Err(refusal) => return refused(frame, asked, true, Vec::new(), refusal),
    };
    let request = asked.request(&query, SearchKind::Task, HITS_A_PAGE);
    let count = visit.app().public_search_count(&request)?;
    let page = visit.app().public_search(&request)?;
    let has_hits = !page.hits.is_empty() || !page.is_whole;
    let group = Group {
        kind: SearchKind::Task,
        count,
        page,
    };
    show(&SearchShown {
        frame,
        asked,
        is_public: true,
        plans: Vec::new(),
        refusal: None,
        groups: if has_hits { vec![group] } else { Vec::new() },
        counts: Vec::new(),
    })
}

fn refused(frame: Frame, asked: Asked, is_public: bool, plans: Vec<PlanSummary>, refusal: SearchRefusal) -> Answer {
    let page = SearchShown {
        frame,
        asked,
        is_public,
        plans,
        refusal: Some(refusal),
        groups: Vec::new(),
        counts: Vec::new(),
    };
    // Whoever comes by a link has not done anything wrong yet.
    if refusal == SearchRefusal::Empty {
        show(&page)
    } else {
        show_again(&page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_survives_the_way_through_an_address() {
        let plan = "018f0000-0000-7000-8000-000000000001";
        let after = "b.1700000000000000.018f0000000070008000000000000002";
        let query = format!("q=%E7%B2%AE%E9%A3%9F+%26%22&kind=report&plan={plan}&after={after}");
        let asked = Asked::of(&Fields::of_query(Some(&query)));
        assert_eq!(
            (asked.words.as_str(), asked.kind),
            ("粮食 &\"", Some(SearchKind::Report))
        );
        assert_eq!(
            asked.address(urls::SEARCH, asked.kind, asked.after.as_ref()),
            format!("/search?{}", query)
        );
        let nonsense = Asked::of(&Fields::of_query(Some("q=%ED%A0%80%00&kind=x&plan=1&after=2")));
        assert_eq!((nonsense.kind, nonsense.plan, nonsense.after), (None, None, None));
    }
}
