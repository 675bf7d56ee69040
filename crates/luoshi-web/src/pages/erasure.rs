//! 依法清除: proposing that words or files go by law, agreeing as the second person, and the register of what was decided.
//!
//! What may go on which ground is the ledger's to say; what is left to be done afterwards is the application's.

use askama::Template;
use luoshi_app::{
    Request,
    erasure::{ErasureProgress, ErasureView, MOST_FOUND, NewErasure},
};
use luoshi_ledger::{
    Command, Stream, StreamKind,
    command::{ConfirmErasure, DeclineErasure},
    erasure::{ErasureCount, ErasureGround, ErasureState, FoundText, TextPlace},
    ids::ErasureId,
};
use uuid::Uuid;

use super::{lead_to, receipt, show, show_again};
use crate::{
    access::{Anybody, Supervisor, Visit},
    at::At,
    failure::{Answer, Failure},
    form::{FieldErrors, Fields, Submitted},
    frame::{Frame, Place},
    urls,
};

/// Characters that a list shows of a text around what was looked for.
const EXCERPT: usize = 120;
/// Longest words that are looked for, in characters.
const LONGEST_WORDS: usize = 200;

/// 清除登记: every erasure and how far it has come.
#[derive(Template)]
#[template(path = "erasure/list.html")]
pub(crate) struct ErasuresPage {
    pub(crate) frame: Frame,
    pub(crate) erasures: Vec<ErasureView>,
}

/// The register.
pub(crate) async fn list(visit: Visit<Supervisor>) -> Answer {
    show(&ErasuresPage {
        frame: visit
            .frame(Place::Settings)
            .under("settings", urls::SETTINGS)
            .headed("erasures"),
        erasures: visit.app().erasures(visit.actor())?,
    })
}

/// A text as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The value of its box.
    pub(crate) value: String,
    pub(crate) text: FoundText,
    pub(crate) excerpt: String,
    /// The page of the thing that it belongs to; empty where that has none.
    pub(crate) address: String,
}

impl Shown {
    pub(crate) fn of(text: FoundText, words: &str) -> Self {
        Self {
            value: format!("{}:{}", text.place.event, text.place.ordinal),
            excerpt: excerpt(&text.body, words),
            address: match text.stream {
                Stream::Task(task) => urls::task(&task),
                Stream::Report(report) => urls::report(&report),
                Stream::Plan(plan) => urls::plan(&plan),
                Stream::Erasure(erasure) => urls::erasure(&erasure),
                Stream::Account(_) | Stream::Organisation(_) => urls::ORGANISATIONS.to_owned(),
                Stream::Log(_) => urls::LOG.to_owned(),
                Stream::Document(_) => String::new(),
            },
            text,
        }
    }
}

/// The text around `words`, or its beginning.
fn excerpt(body: &str, words: &str) -> String {
    let before: String = body.split(words).next().unwrap_or_default().to_owned();
    let skipped = if words.is_empty() {
        0
    } else {
        before.chars().count().saturating_sub(EXCERPT / 3)
    };
    let mut shown: String = body.chars().skip(skipped).take(EXCERPT).collect();
    if skipped > 0 {
        shown.insert(0, '…');
    }
    if body.chars().count() > skipped + EXCERPT {
        shown.push('…');
    }
    shown
}

/// What the form is about: a thing, or words that are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sought {
    Nothing,
    Thing(Stream),
    Words(String),
}

impl Sought {
    /// A thing as an address or a hidden field names it (`report=ID`), or words.
    fn of(fields: &Fields) -> Self {
        let thing = StreamKind::ALL.into_iter().find_map(|kind| {
            let id: Uuid = fields.raw(kind.code()).parse().ok()?;
            Some(Stream::new(kind, id))
        });
        let words: String = fields.text("words").chars().take(LONGEST_WORDS).collect();
        match thing {
            Some(stream) => Sought::Thing(stream),
            None if !words.is_empty() => Sought::Words(words),
            None => Sought::Nothing,
        }
    }
}

/// The form for an erasure.
#[derive(Template)]
#[template(path = "erasure/new.html")]
pub(crate) struct NewErasurePage {
    pub(crate) frame: Frame,
    pub(crate) sought: Sought,
    pub(crate) texts: Vec<Shown>,
    /// SHA-256 of the file behind the thing.
    pub(crate) file: Option<String>,
    pub(crate) chosen: Vec<String>,
    pub(crate) ground: String,
    pub(crate) explanation: String,
    pub(crate) errors: FieldErrors,
    pub(crate) key: String,
}

impl NewErasurePage {
    fn grounds(&self) -> [ErasureGround; 5] {
        ErasureGround::ALL
    }

    fn is_ground(&self, ground: &ErasureGround) -> bool {
        self.ground == ground.code()
    }

    fn is_chosen(&self, value: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen == value)
    }

    /// The words that are looked for.
    fn words(&self) -> &str {
        match &self.sought {
            Sought::Words(words) => words,
            Sought::Nothing | Sought::Thing(_) => "",
        }
    }

    /// Name and value of the hidden field that names the thing.
    fn thing(&self) -> Option<(&'static str, String)> {
        match &self.sought {
            Sought::Thing(stream) => Some((stream.kind().code(), stream.id().to_string())),
            Sought::Nothing | Sought::Words(_) => None,
        }
    }

    fn is_cut(&self) -> bool {
        self.thing().is_none() && self.texts.len() >= MOST_FOUND
    }
}

async fn form_page(visit: &Visit<Supervisor>, sought: Sought) -> Result<NewErasurePage, Failure> {
    let app = visit.app();
    let (texts, file) = match &sought {
        Sought::Nothing => (Vec::new(), None),
        Sought::Thing(stream) => (
            app.erasable_texts(visit.actor(), *stream)?,
            app.erasable_file(visit.actor(), *stream)?,
        ),
        Sought::Words(words) => (app.texts_containing(visit.actor(), words).await?, None),
    };
    let words = match &sought {
        Sought::Words(words) => words.as_str(),
        Sought::Nothing | Sought::Thing(_) => "",
    };
    Ok(NewErasurePage {
        texts: texts.into_iter().map(|text| Shown::of(text, words)).collect(),
        sought: sought.clone(),
        file,
        chosen: Vec::new(),
        ground: String::new(),
        explanation: String::new(),
        errors: FieldErrors::default(),
        key: app.new_id().to_string(),
        frame: visit
            .frame(Place::Settings)
            .under("settings", urls::SETTINGS)
            .under("erasures", urls::ERASURES)
            .headed("new-erasure"),
    })
}

/// The form, about the thing that the address names, if any.
pub(crate) async fn show_new(visit: Visit<Supervisor>) -> Answer {
    let sought = match Sought::of(&visit.query()) {
        // Words come by the form alone, so that no address and no proxy's record repeats them.
        Sought::Words(_) => Sought::Nothing,
        sought => sought,
    };
    show(&form_page(&visit, sought).await?)
}

/// Looks for words, or proposes what was chosen.
pub(crate) async fn propose(visit: Visit<Supervisor>, form: Submitted) -> Answer {
    let fields = form.fields();
    let mut page = form_page(&visit, Sought::of(fields)).await?;
    if fields.raw("action") == "find" {
        if page.words().is_empty() {
            page.errors.add("words", "erasure-words-missing");
            return show_again(&page);
        }
        return show(&page);
    }
    page.chosen = fields.all("text").map(str::to_owned).collect();
    page.ground = fields.raw("ground").to_owned();
    page.explanation = fields.text("explanation");
    let texts: Vec<TextPlace> = page
        .chosen
        .iter()
        .map(|value| place_of(value).ok_or(Failure::BadRequest))
        .collect::<Result<_, _>>()?;
    let files: Vec<String> = fields.all("file").map(str::to_owned).collect();
    let ground = ErasureGround::from_code(&page.ground);
    if texts.is_empty() && files.is_empty() {
        page.errors.add("texts", "erasure-nothing-chosen");
    }
    if ground.is_none() {
        page.errors.add("ground", "erasure-ground-missing");
    }
    if page.explanation.is_empty() {
        page.errors.add("explanation", "erasure-explanation-missing");
    }
    let Some(ground) = ground.filter(|_| page.errors.is_empty()) else {
        return show_again(&page);
    };
    let erasure = NewErasure {
        ground,
        texts,
        files,
        explanation: page.explanation.clone(),
    };
    let (_, done) = visit
        .app()
        .propose_erasure(visit.actor(), erasure, fields.idempotency_key())
        .await?;
    Ok(lead_to(&urls::receipt(&done.command)))
}

/// `EVENT:ORDINAL`.
fn place_of(value: &str) -> Option<TextPlace> {
    let (event, ordinal) = value.split_once(':')?;
    Some(TextPlace {
        event: event.parse().ok()?,
        ordinal: ordinal.parse().ok()?,
    })
}

/// One erasure: what is to go, why, and the decision of the second person.
#[derive(Template)]
#[template(path = "erasure/erasure.html")]
pub(crate) struct ErasurePage {
    pub(crate) frame: Frame,
    pub(crate) view: ErasureView,
    pub(crate) texts: Vec<Shown>,
    /// Whether the reader is the one who proposed it.
    pub(crate) is_own: bool,
    pub(crate) reason: String,
    pub(crate) errors: FieldErrors,
    pub(crate) key: String,
    pub(crate) receipt: Option<String>,
}

impl ErasurePage {
    pub(crate) fn of(view: ErasureView, is_own: bool, frame: Frame) -> Self {
        Self {
            texts: view.texts.iter().map(|text| Shown::of(text.clone(), "")).collect(),
            is_own,
            reason: String::new(),
            errors: FieldErrors::default(),
            key: String::new(),
            receipt: None,
            frame: frame
                .under("settings", urls::SETTINGS)
                .under("erasures", urls::ERASURES)
                .headed("erasure"),
            view,
        }
    }

    fn is_open(&self) -> bool {
        self.view.erasure.is_open()
    }

    /// The second person, when and, where it was declined, why.
    fn decision(&self) -> Option<(jiff::Timestamp, String)> {
        match &self.view.erasure.state {
            ErasureState::Proposed => None,
            ErasureState::Declined { at, reason, .. } => Some((*at, reason.clone())),
            ErasureState::Confirmed { at, .. } => Some((*at, String::new())),
        }
    }

    fn is_pending(&self) -> bool {
        self.view.progress == ErasureProgress::ScrubbingPending
    }

    fn finished(&self) -> String {
        match self.view.progress {
            ErasureProgress::Finished(at) => self.frame.time(&at),
            _ => String::new(),
        }
    }
}

fn page_of(visit: &Visit<Supervisor>, id: ErasureId) -> Result<ErasurePage, Failure> {
    let view = visit.app().erasure(visit.actor(), id)?.ok_or(Failure::NotFound)?;
    let is_own = view.erasure.proposed_by == visit.actor().identity;
    let mut page = ErasurePage::of(view, is_own, visit.frame(Place::Settings));
    page.key = visit.app().new_id().to_string();
    page.receipt = receipt::just_given(&visit.query());
    Ok(page)
}

/// One erasure.
pub(crate) async fn show_erasure(visit: Visit<Supervisor>, At(id): At<ErasureId>) -> Answer {
    show(&page_of(&visit, id)?)
}

/// Agrees as the second person.
pub(crate) async fn confirm(visit: Visit<Supervisor>, At(id): At<ErasureId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let request = Request {
        command: Command::ConfirmErasure(ConfirmErasure { erasure: id }),
        expected: Some((Stream::Erasure(id), fields.seen_version())),
        idempotency_key: fields.idempotency_key(),
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    visit.forget_public_answers();
    Ok(lead_to(&receipt::with_receipt(&urls::erasure(&id), done.command)))
}

/// Declines, or withdraws what one proposed oneself.
pub(crate) async fn decline(visit: Visit<Supervisor>, At(id): At<ErasureId>, form: Submitted) -> Answer {
    let fields = form.fields();
    let mut page = page_of(&visit, id)?;
    let reason = fields.text("reason");
    if reason.is_empty() {
        page.errors.add("reason", "erasure-reason-missing");
        return show_again(&page);
    }
    let request = Request {
        command: Command::DeclineErasure(DeclineErasure { erasure: id, reason }),
        expected: Some((Stream::Erasure(id), fields.seen_version())),
        idempotency_key: fields.idempotency_key(),
    };
    let done = visit.app().execute(visit.actor(), request).await?;
    Ok(lead_to(&receipt::with_receipt(&urls::erasure(&id), done.command)))
}

/// 依法清除情况: how much was erased on which ground, for everybody.
#[derive(Template)]
#[template(path = "public/erasures.html")]
pub(crate) struct PublicErasuresPage {
    pub(crate) frame: Frame,
    pub(crate) counts: Vec<ErasureCount>,
}

/// How much was erased.
pub(crate) async fn show_counts(visit: Visit<Anybody>) -> Answer {
    show(&PublicErasuresPage {
        frame: visit
            .frame(Place::Public)
            .under("public-plans", urls::PUBLIC)
            .headed("public-erasures"),
        counts: visit.app().erasure_counts()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_what_was_looked_for() {
        let body = "前".repeat(200) + "张三" + &"后".repeat(200);
        let shown = excerpt(&body, "张三");
        assert!(
            shown.starts_with('…') && shown.ends_with('…') && shown.contains("张三"),
            "{shown}"
        );
        assert_eq!(excerpt("进展顺利", ""), "进展顺利");
        assert_eq!(excerpt("进展顺利", "顺利"), "进展顺利");
    }

    #[test]
    fn a_place_is_an_event_and_a_number() {
        let id = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(place_of(&format!("{id}:3")).unwrap().ordinal, 3);
        for wrong in ["", id, "x:1", "018f0000-0000-7000-8000-000000000001:x"] {
            assert_eq!(place_of(wrong), None, "{wrong}");
        }
    }
}
