//! The paragraph styles of a document: which of them are headings and which carry numbering, inheritance included.
//!
//! It knows nothing of fonts and colours, and does not count; [`numbering`](super::numbering) does.

use std::{
    collections::{BTreeMap, HashMap},
    io::BufRead,
    rc::Rc,
};

use crate::error::ReadError;
use crate::xml::{Element, XmlEvent, XmlReader};

/// Every style of a document.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    styles: BTreeMap<String, Style>,
    default_paragraph: Option<String>,
    resolved: HashMap<String, Rc<ParagraphStyle>>,
}

/// What a paragraph gets from its style.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ParagraphStyle {
    /// 1 to 9 where the style is a heading.
    pub(crate) heading: Option<u8>,
    /// The numbering that the style carries.
    pub(crate) numbering: Option<StyleNumbering>,
    /// The style and those that it is based on, nearest first: a level of a list names the style that it belongs to.
    pub(crate) chain: Vec<String>,
}

/// Numbering as a style states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StyleNumbering {
    pub(crate) instance: i64,
    pub(crate) level: Option<u8>,
}

/// What a style of the old binary format says of itself.
#[cfg(feature = "legacy-doc")]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StyleProperties {
    /// From 0; 9 is body text.
    pub(crate) outline: Option<u8>,
    pub(crate) instance: Option<i64>,
    pub(crate) level: Option<u8>,
}

#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    instance: Option<i64>,
    level: Option<u8>,
}

/// Chains of styles longer than this are loops or nonsense.
const LONGEST_CHAIN: usize = 32;

/// An outline level of this value says that the paragraph is running text.
const BODY_TEXT: u8 = 9;

impl Styles {
    /// Reads the style part as far as it can be read.
    pub(crate) fn read<R: BufRead>(mut reader: XmlReader<R>) -> (Self, Result<(), ReadError>) {
        let mut styles = Styles::default();
        let outcome = styles.fill(&mut reader);
        (styles, outcome)
    }

    fn fill<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut path: Vec<Place> = Vec::new();
        let mut open: Option<(String, Style)> = None;
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => {
                    let parent = path.last().copied().unwrap_or(Place::Outside);
                    path.push(self.enter(parent, &element, &mut open));
                }
                XmlEvent::End => {
                    if path.pop() == Some(Place::Style)
                        && let Some((id, style)) = open.take()
                    {
                        self.styles.insert(id, style);
                    }
                }
                XmlEvent::EndOfPart => return Ok(()),
                XmlEvent::Text(_) | XmlEvent::Ignored => {}
            }
        }
    }

    fn enter(&mut self, parent: Place, element: &Element<'_>, open: &mut Option<(String, Style)>) -> Place {
        let style = open.as_mut().map(|(_, style)| style);
        match (parent, element.name(), style) {
            (Place::Outside, "style", None) => {
                let Some(id) = element.attribute("styleId") else {
                    return Place::Other;
                };
                let is_default = matches!(element.attribute("default").as_deref(), Some("1" | "true" | "on"));
                if is_default && element.attribute("type").as_deref() == Some("paragraph") {
                    self.default_paragraph = Some(id.clone());
                }
                *open = Some((id, Style::default()));
                return Place::Style;
            }
            (Place::Outside, "styles", _) => return Place::Outside,
            (Place::Style, "name", Some(style)) => style.name = element.value().unwrap_or_default(),
            (Place::Style, "basedOn", Some(style)) => style.based_on = element.value(),
            (Place::Style, "pPr", Some(_)) => return Place::Properties,
            (Place::Properties, "outlineLvl", Some(style)) => style.outline = level(element),
            (Place::Properties, "numPr", Some(_)) => return Place::Numbering,
            (Place::Numbering, "numId", Some(style)) => style.instance = element.number(),
            (Place::Numbering, "ilvl", Some(style)) => style.level = level(element),
            _ => {}
        }
        Place::Other
    }

    /// Adds a style of the old binary format, whose numbers are names here.
    #[cfg(feature = "legacy-doc")]
    pub(crate) fn add(&mut self, id: String, name: String, based_on: Option<String>, said: StyleProperties) {
        let style = Style {
            name,
            based_on,
            outline: said.outline,
            instance: said.instance,
            level: said.level,
        };
        self.styles.insert(id, style);
    }

    /// What a paragraph of the style `id` gets from it; without a style, from the default one.
    pub(crate) fn paragraph(&mut self, id: Option<&str>) -> Rc<ParagraphStyle> {
        let id = id.or(self.default_paragraph.as_deref()).unwrap_or_default().to_owned();
        if let Some(known) = self.resolved.get(&id) {
            return Rc::clone(known);
        }
        let style = Rc::new(self.resolve(&id));
        // Only styles that exist are remembered: a document can name any number of others.
        if self.styles.contains_key(&id) {
            self.resolved.insert(id, Rc::clone(&style));
        }
        style
    }

    /// The list that a numbering style stands for.
    pub(crate) fn numbering_instance(&self, id: &str) -> Option<i64> {
        self.styles.get(id)?.instance
    }

    fn resolve(&self, id: &str) -> ParagraphStyle {
        let mut chain = Vec::new();
        let mut outline = None;
        let mut named_heading = None;
        let mut instance = None;
        let mut numbering_level = None;
        let mut next = Some(id);
        while let Some(id) = next
            && chain.len() < LONGEST_CHAIN
            && let Some(style) = self.styles.get(id)
        {
            outline = outline.or(style.outline);
            named_heading = named_heading.or_else(|| heading_of_name(&style.name));
            if instance.is_none() {
                // A level without a list belongs to the list that is inherited.
                numbering_level = numbering_level.or(style.level);
                instance = style.instance;
            }
            chain.push(id.to_owned());
            next = style.based_on.as_deref();
        }
        ParagraphStyle {
            heading: match outline {
                Some(level) => heading_of_outline(level),
                None => named_heading,
            },
            // List 0 is no list: a style says with it that it does not inherit one.
            numbering: instance
                .filter(|instance| *instance != 0)
                .map(|instance| StyleNumbering {
                    instance,
                    level: numbering_level,
                }),
            chain,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Style,
    Properties,
    Numbering,
    Other,
}

fn level(element: &Element<'_>) -> Option<u8> {
    element.number().and_then(|number| u8::try_from(number).ok())
}

/// The heading level for an outline level as the file counts it, from 0.
pub(crate) fn heading_of_outline(level: u8) -> Option<u8> {
    (level < BODY_TEXT).then_some(level + 1)
}

/// The built-in headings, which some writers leave without an outline level.
fn heading_of_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    let number = name.strip_prefix("heading ").or_else(|| name.strip_prefix("标题 "))?;
    number.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(xml: &str) -> Styles {
        let xml = format!("<w:styles xmlns:w='x'>{xml}</w:styles>");
        let (styles, outcome) = Styles::read(XmlReader::new(xml.as_bytes(), "styles", 64));
        assert_eq!(outcome, Ok(()));
        styles
    }

    #[test]
    fn inherits_outline_and_numbering() {
        let mut styles = styles(
            "<w:style w:type='paragraph' w:styleId='1'><w:name w:val='heading 1'/><w:pPr><w:numPr><w:numId w:val='7'/></w:numPr>
             <w:outlineLvl w:val='0'/></w:pPr></w:style>
             <w:style w:type='paragraph' w:styleId='a'><w:name w:val='mine'/><w:basedOn w:val='1'/><w:pPr><w:numPr><w:ilvl w:val='2'/></w:numPr></w:pPr></w:style>
             <w:style w:type='paragraph' w:styleId='b'><w:name w:val='plain'/><w:basedOn w:val='a'/><w:pPr><w:outlineLvl w:val='9'/><w:numPr><w:numId w:val='0'/></w:numPr></w:pPr></w:style>",
        );
        let derived = styles.paragraph(Some("a"));
        assert_eq!(derived.heading, Some(1));
        assert_eq!(
            derived.numbering,
            Some(StyleNumbering {
                instance: 7,
                level: Some(2)
            })
        );
        assert_eq!(derived.chain, ["a", "1"]);
        let body = styles.paragraph(Some("b"));
        assert_eq!((body.heading, &body.numbering), (None, &None));
    }

    #[test]
    fn knows_built_in_headings_by_name() {
        let mut styles = styles("<w:style w:type='paragraph' w:styleId='x'><w:name w:val='heading 3'/></w:style>");
        assert_eq!(styles.paragraph(Some("x")).heading, Some(3));
        assert_eq!(styles.paragraph(Some("absent")).heading, None);
    }

    #[test]
    fn falls_back_on_the_default_style() {
        let mut styles = styles(
            "<w:style w:type='paragraph' w:default='1' w:styleId='n'><w:pPr><w:outlineLvl w:val='1'/></w:pPr></w:style>",
        );
        assert_eq!(styles.paragraph(None).heading, Some(2));
    }

    #[test]
    fn survives_a_loop() {
        let mut styles = styles(
            "<w:style w:styleId='a'><w:basedOn w:val='b'/></w:style><w:style w:styleId='b'><w:basedOn w:val='a'/></w:style>",
        );
        assert_eq!(styles.paragraph(Some("a")).chain.len(), LONGEST_CHAIN);
    }
}
