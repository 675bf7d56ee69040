//! What a person does at a screen: reads, presses what is labelled, fills in what is named. Nothing is found by an id, a class or a name
//! that the screen does not say, so that a missing label stops the walk as it would stop a person.

use std::time::{Duration, Instant};

use fantoccini::{
    Locator,
    elements::{Element, ElementRef},
};
use serde_json::{Value as Json, json};

use super::driver::Browser;

/// How long a person waits for a page, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

/// Finds controls by what the screen says. Arguments: kind of control, its words, words beside it or null,
/// whether its words may go on.
const FIND: &str = r#"
const [kind, name, beside, partly] = arguments;
const words = element => (element.innerText ?? '').replace(/\s+/g, ' ').trim();
const seen = element => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const isClipped = style.clipPath !== 'none' || style.clip !== 'auto';
  return element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !isClipped && box.width > 1 && box.height > 1;
};
// The words of a label without those of the field that it may hold.
const labelled = label => {
  let text = words(label);
  for (const field of label.querySelectorAll('select, textarea')) text = text.replace(words(field), '').trim();
  return text;
};
const all = selector => [...document.querySelectorAll(selector)].filter(seen);
let candidates;
if (kind === 'press') {
  candidates = all('a[href], button, summary, input[type=submit]')
    .map(element => ({ element, place: element, says: element.matches('input') ? element.value : words(element) }));
} else {
  const ticked = '[type=checkbox], [type=radio]';
  candidates = all('label')
    .filter(label => label.control && !label.control.disabled && label.control.matches(ticked) === (kind === 'tick'))
    .map(label => ({ element: label.control, place: label, says: labelled(label) }));
}
let found = candidates.filter(candidate => partly ? candidate.says.includes(name) : candidate.says === name);
if (beside !== null) {
  const around = candidate => {
    let place = candidate.place;
    while (place && !words(place).includes(beside)) place = place.parentElement;
    return place ? words(place).length : Infinity;
  };
  const nearest = Math.min(...found.map(around));
  found = nearest === Infinity ? [] : found.filter(candidate => around(candidate) === nearest);
}
// Links that lead to one place are one thing to a person.
const different = new Map(found.map(candidate => [candidate.element.href ?? candidate.element, candidate.element]));
const only = different.size === 1 ? [...different.values()][0] : null;
if (only) only.scrollIntoView({ block: 'center' });
return { only, count: different.size, offered: [...new Set(candidates.map(candidate => candidate.says))] };
"#;

/// Finds the field in a cell of a table by the head of its column. Arguments: words of the head, number of the row.
const CELL: &str = r"
const [column, row] = arguments;
const heads = [...document.querySelectorAll('thead th')].filter(head => head.innerText.trim() === column && head.checkVisibility());
const cell = heads[0]?.closest('table').tBodies[0].rows[row - 1]?.cells[heads[0].cellIndex];
const field = cell?.querySelector('input, select, textarea') ?? null;
field?.scrollIntoView({ block: 'center' });
return field;
";

/// What is looked for.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A link or button.
    Press,
    /// A field to write in or to choose from.
    Fill,
    /// A box or circle to tick.
    Tick,
}

/// How a person tells a control from others.
#[derive(Debug, Clone, Copy)]
enum Place<'a> {
    /// There is one that says just this.
    Anywhere,
    /// It says just this and is the nearest to these words.
    Beside(&'a str),
    /// There is one that says this among other words.
    Partly,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Kind::Press => "press",
            Kind::Fill => "fill",
            Kind::Tick => "tick",
        }
    }
}

impl Browser {
    /// All that the screen says.
    pub(super) async fn reads(&self) -> String {
        self.ask("return document.body.innerText.replace(/\\s+/g, ' ')", vec![])
            .await
    }

    /// Waits until the screen says `words`.
    pub(super) async fn sees(&self, words: &str) {
        let patience = Instant::now();
        loop {
            let page = self.reads().await;
            if page.contains(words) {
                return;
            }
            if patience.elapsed() > PATIENCE {
                panic!(
                    "the screen at {} does not say {words:?}; it says:\n{page}",
                    self.address().await
                );
            }
            pause().await;
        }
    }

    pub(super) async fn does_not_see(&self, words: &str) {
        let page = self.reads().await;
        assert!(
            !page.contains(words),
            "the screen at {} says {words:?}:\n{page}",
            self.address().await
        );
    }

    /// Presses the link or button that says `name`.
    pub(super) async fn press(&self, name: &str) {
        self.find(Kind::Press, name, Place::Anywhere)
            .await
            .click()
            .await
            .unwrap();
    }

    /// Presses the link or button that says `name` nearest to the words `beside`.
    pub(super) async fn press_beside(&self, name: &str, beside: &str) {
        self.find(Kind::Press, name, Place::Beside(beside))
            .await
            .click()
            .await
            .unwrap();
    }

    /// Fills in, or chooses in, the field labelled `label`.
    pub(super) async fn fill(&self, label: &str, value: &str) {
        let field = self.find(Kind::Fill, label, Place::Anywhere).await;
        fill(&field, value).await;
    }

    /// Fills in the field whose label speaks of `words`.
    pub(super) async fn fill_about(&self, words: &str, value: &str) {
        let field = self.find(Kind::Fill, words, Place::Partly).await;
        fill(&field, value).await;
    }

    /// Fills in, or chooses in, the field of a table that stands in the column `column` of the row `row`, counted from 1.
    pub(super) async fn fill_cell(&self, column: &str, row: usize, value: &str) {
        fill(&self.cell(column, row).await, value).await;
    }

    /// Ticks the box that stands there, unless it is ticked.
    pub(super) async fn tick_cell(&self, column: &str, row: usize) {
        tick(&self.cell(column, row).await).await;
    }

    async fn cell(&self, column: &str, row: usize) -> Element {
        let reference: Json = self.ask(CELL, vec![json!(column), json!(row)]).await;
        match self.element(&reference) {
            Some(element) => element,
            None => panic!(
                "the screen at {} has no field in column {column:?}, row {row}",
                self.address().await
            ),
        }
    }

    /// What a script calls an element.
    fn element(&self, reference: &Json) -> Option<Element> {
        let id = reference.as_object()?.values().next()?.as_str()?;
        Some(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(id.to_owned()),
        ))
    }

    /// Ticks the box or circle labelled `label`, unless it is ticked.
    pub(super) async fn tick(&self, label: &str) {
        tick(&self.find(Kind::Tick, label, Place::Anywhere).await).await;
    }

    async fn find(&self, kind: Kind, name: &str, place: Place<'_>) -> Element {
        let patience = Instant::now();
        let (beside, partly) = match place {
            Place::Anywhere => (None, false),
            Place::Beside(words) => (Some(words), false),
            Place::Partly => (None, true),
        };
        loop {
            let answer: Json = self
                .ask(
                    FIND,
                    vec![json!(kind.code()), json!(name), json!(beside), json!(partly)],
                )
                .await;
            if let Some(element) = self.element(&answer["only"]) {
                return element;
            }
            if patience.elapsed() > PATIENCE {
                panic!(
                    "the screen at {} has {} things to {} that say {name:?} ({place:?}); it offers {}",
                    self.address().await,
                    answer["count"],
                    kind.code(),
                    answer["offered"]
                );
            }
            pause().await;
        }
    }
}

async fn fill(field: &Element, value: &str) {
    if field.tag_name().await.unwrap() == "select" {
        let option =
            format!("./option[normalize-space(.)='{value}'] | ./optgroup/option[normalize-space(.)='{value}']");
        field
            .find(Locator::XPath(&option))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        return;
    }
    if field.attr("type").await.unwrap().as_deref() != Some("file") {
        field.clear().await.unwrap();
    }
    field.send_keys(value).await.unwrap();
}

async fn tick(control: &Element) {
    if !control.is_selected().await.unwrap() {
        control.click().await.unwrap();
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
