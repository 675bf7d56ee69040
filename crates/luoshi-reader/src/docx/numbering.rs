//! Automatic numbering: the lists that a document defines, the counters while it is read, and the labels that come of both.
//!
//! A breakdown document keeps its structure in 一、 and （一）, and a word processor does not store them: they are computed here as
//! Word computes them. The text of a paragraph is not looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use super::{
    styles::{ParagraphStyle, Styles},
    symbol,
};
use crate::{
    error::ReadError,
    numerals::NumberFormat,
    xml::{Element, XmlEvent, XmlReader},
};

/// Levels that a list can have.
const LEVELS: usize = 9;

/// Chains of lists that refer to styles that refer to lists are not followed further than this.
const LONGEST_CHAIN: usize = 8;

/// The lists of a document and where their counters stand.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    lists: BTreeMap<i64, List>,
    instances: BTreeMap<i64, Instance>,
    /// By list: instances of one list go on counting where another stopped, unless they say otherwise.
    counters: BTreeMap<i64, [Option<u32>; LEVELS]>,
    /// The restarts that have taken effect, each once.
    restarted: BTreeSet<(i64, usize)>,
}

/// A `w:abstractNum`.
#[derive(Debug, Default)]
struct List {
    levels: BTreeMap<usize, Level>,
    /// The numbering style whose list this one uses.
    style_link: Option<String>,
}

/// A `w:num`.
#[derive(Debug, Default)]
struct Instance {
    list: Option<i64>,
    overrides: BTreeMap<usize, Override>,
}

#[derive(Debug, Default)]
struct Override {
    start: Option<u32>,
    level: Option<Level>,
}

/// A `w:lvl`.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) start: u32,
    pub(crate) format: NumberFormat,
    pub(crate) text: String,
    /// The level, counted from 1, whose use starts this one again; 0 for never. Absent: any higher level does.
    pub(crate) restart_after: Option<u32>,
    /// Shows all numbers of its label as plain digits.
    pub(crate) plain_digits: bool,
    pub(crate) style: Option<String>,
    pub(crate) font: String,
}

impl Default for Level {
    fn default() -> Self {
        Self {
            start: 0,
            format: NumberFormat::Decimal,
            text: String::new(),
            restart_after: None,
            plain_digits: false,
            style: None,
            font: String::new(),
        }
    }
}

/// Numbering as a paragraph itself states it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ParagraphNumbering {
    pub(crate) instance: Option<i64>,
    pub(crate) level: Option<u8>,
}

impl Numbering {
    /// Reads the numbering part as far as it can be read.
    pub(crate) fn read<R: BufRead>(mut reader: XmlReader<R>) -> (Self, Result<(), ReadError>) {
        let mut definitions = Definitions::default();
        let outcome = definitions.fill(&mut reader);
        (definitions.numbering, outcome)
    }

    /// Adds a list of the old binary format.
    #[cfg(feature = "legacy-doc")]
    pub(crate) fn add_list(&mut self, id: i64, levels: Vec<Level>) {
        let list = List {
            levels: levels.into_iter().enumerate().take(LEVELS).collect(),
            style_link: None,
        };
        self.lists.insert(id, list);
    }

    /// Adds a use of a list of the old binary format, with what it changes: by level, where to start and how to write.
    #[cfg(feature = "legacy-doc")]
    pub(crate) fn add_instance(&mut self, id: i64, list: i64, changes: Vec<(usize, Option<u32>, Option<Level>)>) {
        let instance = Instance {
            list: Some(list),
            overrides: changes
                .into_iter()
                .filter(|(level, ..)| *level < LEVELS)
                .map(|(index, start, level)| (index, Override { start, level }))
                .collect(),
        };
        self.instances.insert(id, instance);
    }

    /// Counts a paragraph and renders its label. `None` for a paragraph without numbering or with a label without text.
    pub(crate) fn label(
        &mut self,
        styles: &Styles,
        style: &ParagraphStyle,
        direct: Option<ParagraphNumbering>,
    ) -> Option<String> {
        let inherited = style.numbering.as_ref();
        let instance = direct
            .and_then(|direct| direct.instance)
            .or(inherited.map(|inherited| inherited.instance))?;
        let (list_id, definition) = self.definition(styles, instance)?;
        let direct_level = direct.and_then(|direct| direct.level);
        let level = match direct {
            Some(ParagraphNumbering { instance: Some(_), .. }) => direct_level.unwrap_or(0),
            _ => direct_level
                .or_else(|| self.level_of_style(definition, &style.chain))
                .or(inherited.and_then(|inherited| inherited.level))
                .unwrap_or(0),
        };
        let level = usize::from(level).min(LEVELS - 1);
        self.count(instance, list_id, definition, level);
        self.render(instance, list_id, definition, level)
    }

    /// The list that an instance counts in, and the list that defines its levels: they differ where the list only names a style.
    fn definition(&self, styles: &Styles, instance: i64) -> Option<(i64, i64)> {
        let counting = self.instances.get(&instance)?.list?;
        let mut defining = counting;
        for _ in 0..LONGEST_CHAIN {
            let Some(list) = self.lists.get(&defining) else {
                return Some((counting, defining));
            };
            match &list.style_link {
                Some(style) if list.levels.is_empty() => {
                    let next = styles
                        .numbering_instance(style)
                        .and_then(|instance| self.instances.get(&instance))
                        .and_then(|instance| instance.list);
                    match next {
                        Some(next) => defining = next,
                        None => return Some((counting, defining)),
                    }
                }
                _ => return Some((counting, defining)),
            }
        }
        None
    }

    fn level_of_style(&self, definition: i64, chain: &[String]) -> Option<u8> {
        let list = self.lists.get(&definition)?;
        chain.iter().find_map(|style| {
            let (level, _) = list
                .levels
                .iter()
                .find(|(_, level)| level.style.as_ref() == Some(style))?;
            u8::try_from(*level).ok()
        })
    }

    fn level(&self, instance: i64, definition: i64, level: usize) -> Option<&Level> {
        self.instances
            .get(&instance)
            .and_then(|instance| instance.overrides.get(&level)?.level.as_ref())
            .or_else(|| self.lists.get(&definition)?.levels.get(&level))
    }

    fn start(&self, instance: i64, definition: i64, level: usize) -> u32 {
        self.start_override(instance, level)
            .or_else(|| self.level(instance, definition, level).map(|level| level.start))
            .unwrap_or(1)
    }

    fn start_override(&self, instance: i64, level: usize) -> Option<u32> {
        self.instances.get(&instance)?.overrides.get(&level)?.start
    }

    fn count(&mut self, instance: i64, list: i64, definition: i64, level: usize) {
        let start = self.start(instance, definition, level);
        let restarts = self.start_override(instance, level).is_some() && self.restarted.insert((instance, level));
        let begins_again: Vec<usize> = (level + 1..LEVELS)
            .filter(|deeper| {
                match self
                    .level(instance, definition, *deeper)
                    .and_then(|level| level.restart_after)
                {
                    None => true,
                    Some(0) => false,
                    Some(after) => level < after as usize,
                }
            })
            .collect();
        let counters = self.counters.entry(list).or_default();
        counters[level] = Some(match counters[level] {
            Some(value) if !restarts => value.saturating_add(1),
            _ => start,
        });
        for deeper in begins_again {
            counters[deeper] = None;
        }
    }

    fn render(&self, instance: i64, list: i64, definition: i64, level: usize) -> Option<String> {
        let own = self.level(instance, definition, level)?;
        if own.format == NumberFormat::Bullet {
            let bullet = symbol::bullet(&own.font, own.text.trim());
            return (!bullet.is_empty()).then_some(bullet);
        }
        let counters = self.counters.get(&list).copied().unwrap_or_default();
        let mut label = String::new();
        let mut characters = own.text.chars().peekable();
        while let Some(character) = characters.next() {
            let placeholder = (character == '%')
                .then(|| characters.peek().and_then(|next| next.to_digit(10)))
                .flatten()
                .filter(|number| (1..=LEVELS as u32).contains(number));
            let Some(number) = placeholder else {
                label.push(character);
                continue;
            };
            characters.next();
            let shown = number as usize - 1;
            // A higher level that no paragraph has used yet shows where it would start.
            let value = counters[shown].unwrap_or_else(|| self.start(instance, definition, shown));
            let format = match self.level(instance, definition, shown) {
                _ if own.plain_digits => NumberFormat::Decimal,
                Some(level) => level.format,
                None => NumberFormat::Decimal,
            };
            label.push_str(&format.render(value));
        }
        let label = label.trim();
        (!label.is_empty()).then(|| label.to_owned())
    }
}

/// The definitions while their part is read.
#[derive(Debug, Default)]
struct Definitions {
    numbering: Numbering,
    list: Option<(i64, List)>,
    instance: Option<(i64, Instance)>,
    overridden: Option<(usize, Override)>,
    level: Option<(usize, Level)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    List,
    Instance,
    Override,
    Level,
    RunProperties,
    Other,
}

impl Definitions {
    fn fill<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        let mut path: Vec<Place> = Vec::new();
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => {
                    let parent = path.last().copied().unwrap_or(Place::Outside);
                    path.push(self.enter(parent, &element));
                }
                XmlEvent::End => {
                    if let Some(place) = path.pop() {
                        self.leave(place, path.last().copied());
                    }
                }
                XmlEvent::EndOfPart => return Ok(()),
                XmlEvent::Text(_) | XmlEvent::Ignored => {}
            }
        }
    }

    fn enter(&mut self, parent: Place, element: &Element<'_>) -> Place {
        let id = |name| element.attribute(name).and_then(|text| text.trim().parse::<i64>().ok());
        match (parent, element.name()) {
            (Place::Outside, "numbering") => return Place::Outside,
            (Place::Outside, "abstractNum") => {
                self.list = id("abstractNumId").map(|id| (id, List::default()));
                return Place::List;
            }
            (Place::Outside, "num") => {
                self.instance = id("numId").map(|id| (id, Instance::default()));
                return Place::Instance;
            }
            (Place::List, "numStyleLink") => {
                if let Some((_, list)) = &mut self.list {
                    list.style_link = element.value();
                }
            }
            (Place::Instance, "abstractNumId") => {
                if let Some((_, instance)) = &mut self.instance {
                    instance.list = element.number();
                }
            }
            (Place::Instance, "lvlOverride") => {
                self.overridden = level_index(element).map(|level| (level, Override::default()));
                return Place::Override;
            }
            (Place::Override, "startOverride") => {
                if let Some((_, overridden)) = &mut self.overridden {
                    overridden.start = counter(element);
                }
            }
            (Place::List | Place::Override, "lvl") => {
                self.level = level_index(element).map(|level| (level, Level::default()));
                return Place::Level;
            }
            (Place::Level, "rPr") => return Place::RunProperties,
            // A level may state its format twice, in a new way and in an old one; the old one stands last and is the one known here.
            (Place::Level, "AlternateContent" | "Choice" | "Fallback") => return Place::Level,
            (Place::Level, name) => {
                if let Some((_, level)) = &mut self.level {
                    describe_level(level, name, element);
                }
            }
            (Place::RunProperties, "rFonts") => {
                if let Some((_, level)) = &mut self.level {
                    let font = element.attribute("ascii").or_else(|| element.attribute("hAnsi"));
                    level.font = font.unwrap_or_default();
                }
            }
            _ => {}
        }
        Place::Other
    }

    fn leave(&mut self, place: Place, parent: Option<Place>) {
        match place {
            Place::List => {
                if let Some((id, list)) = self.list.take() {
                    self.numbering.lists.insert(id, list);
                }
            }
            Place::Instance => {
                if let Some((id, instance)) = self.instance.take() {
                    self.numbering.instances.insert(id, instance);
                }
            }
            Place::Override => {
                if let (Some((level, overridden)), Some((_, instance))) = (self.overridden.take(), &mut self.instance) {
                    instance.overrides.insert(level, overridden);
                }
            }
            Place::Level if parent != Some(Place::Level) => {
                let Some((index, level)) = self.level.take() else {
                    return;
                };
                match (parent, &mut self.list, &mut self.overridden) {
                    (Some(Place::Override), _, Some((_, overridden))) => overridden.level = Some(level),
                    (Some(Place::List), Some((_, list)), _) => {
                        list.levels.insert(index, level);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn describe_level(level: &mut Level, name: &str, element: &Element<'_>) {
    match name {
        "start" => level.start = counter(element).unwrap_or(0),
        "numFmt" => level.format = NumberFormat::from_word(&element.value().unwrap_or_default()),
        "lvlText" => level.text = element.value().unwrap_or_default(),
        "lvlRestart" => level.restart_after = counter(element),
        "isLgl" => level.plain_digits = element.is_on(),
        "pStyle" => level.style = element.value(),
        _ => {}
    }
}

fn level_index(element: &Element<'_>) -> Option<usize> {
    let index: usize = element.attribute("ilvl")?.trim().parse().ok()?;
    (index < LEVELS).then_some(index)
}

fn counter(element: &Element<'_>) -> Option<u32> {
    element.number().and_then(|number| u32::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(index: usize, format: &str, text: &str, more: &str) -> String {
        format!(
            "<w:lvl w:ilvl='{index}'><w:start w:val='1'/><w:numFmt w:val='{format}'/>{more}<w:lvlText w:val='{text}'/></w:lvl>"
        )
    }

    fn numbering(xml: &str) -> Numbering {
        let xml = format!("<w:numbering xmlns:w='x' xmlns:mc='y'>{xml}</w:numbering>");
        let (numbering, outcome) = Numbering::read(XmlReader::new(xml.as_bytes(), "numbering", 64));
        assert_eq!(outcome, Ok(()));
        numbering
    }

    #[track_caller]
    fn check(xml: &str, steps: &[(i64, u8, &str)]) {
        let mut numbering = numbering(xml);
        let styles = Styles::default();
        for (step, (instance, level, expected)) in steps.iter().enumerate() {
            let direct = ParagraphNumbering {
                instance: Some(*instance),
                level: Some(*level),
            };
            let label = numbering.label(&styles, &ParagraphStyle::default(), Some(direct));
            assert_eq!(label.unwrap_or_default(), *expected, "step {step}");
        }
    }

    const TWO_NUMS: &str = "<w:num w:numId='1'><w:abstractNumId w:val='5'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='5'/></w:num>";

    #[test]
    fn counts_levels_and_starts_deeper_ones_again() {
        let list = [
            level(0, "chineseCounting", "%1、", ""),
            level(1, "chineseCounting", "（%2）", ""),
            level(2, "decimal", "%1.%2.%3", "<w:isLgl/>"),
        ]
        .concat();
        check(
            &format!("<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"),
            &[
                (1, 0, "一、"),
                (1, 1, "（一）"),
                (1, 1, "（二）"),
                (1, 2, "1.2.1"),
                (2, 0, "二、"),
                (1, 1, "（一）"),
                (1, 2, "2.1.1"),
            ],
        );
    }

    #[test]
    fn a_level_may_go_on_counting() {
        let list = [
            level(0, "chineseCounting", "%1、", ""),
            level(1, "chineseCounting", "（%2）", "<w:lvlRestart w:val='0'/>"),
            level(2, "decimal", "%3.", "<w:lvlRestart w:val='1'/>"),
        ]
        .concat();
        check(
            &format!("<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"),
            &[
                (1, 0, "一、"),
                (1, 1, "（一）"),
                (1, 2, "1."),
                (1, 1, "（二）"),
                (1, 2, "2."),
                (1, 0, "二、"),
                (1, 1, "（三）"),
                (1, 2, "1."),
            ],
        );
    }

    #[test]
    fn overrides_restart_once_and_replace_levels() {
        let nums = format!(
            "<w:num w:numId='1'><w:abstractNumId w:val='5'/></w:num>
             <w:num w:numId='2'><w:abstractNumId w:val='5'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>
             <w:num w:numId='3'><w:abstractNumId w:val='5'/><w:lvlOverride w:ilvl='0'>{}</w:lvlOverride></w:num>",
            level(0, "upperRoman", "%1)", "")
        );
        check(
            &format!(
                "<w:abstractNum w:abstractNumId='5'>{}</w:abstractNum>{nums}",
                level(0, "decimal", "%1.", "")
            ),
            &[
                (1, 0, "1."),
                (1, 0, "2."),
                (2, 0, "1."),
                (2, 0, "2."),
                (1, 0, "3."),
                (3, 0, "IV)"),
            ],
        );
    }

    #[test]
    fn unused_higher_levels_show_their_start() {
        let list = [level(0, "decimal", "%1", ""), level(1, "decimal", "%1.%2", "")].concat();
        check(
            &format!("<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"),
            &[(1, 1, "1.1"), (1, 0, "1"), (1, 1, "1.1")],
        );
    }

    #[test]
    fn bullets_empty_labels_and_literals() {
        let list = [
            level(
                0,
                "bullet",
                "&#xF06C;",
                "<w:rPr><w:rFonts w:ascii='Wingdings'/></w:rPr>",
            ),
            level(1, "none", "", ""),
            level(2, "decimal", "100%", ""),
            level(3, "none", "附：", ""),
        ]
        .concat();
        check(
            &format!("<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"),
            &[(1, 0, "●"), (1, 1, ""), (1, 2, "100%"), (1, 3, "附："), (9, 0, "")],
        );
    }

    #[test]
    fn takes_the_format_that_old_readers_are_given() {
        let list = "<w:lvl w:ilvl='0'><w:start w:val='3'/><mc:AlternateContent><mc:Choice><w:numFmt w:val='custom'/></mc:Choice>
            <mc:Fallback><w:numFmt w:val='decimalZero'/></mc:Fallback></mc:AlternateContent><w:lvlText w:val='%1'/></w:lvl>";
        check(
            &format!("<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"),
            &[(1, 0, "03"), (1, 0, "04")],
        );
    }

    #[test]
    fn a_list_may_name_a_style_that_names_a_list() {
        let xml = format!(
            "<w:abstractNum w:abstractNumId='5'>{}</w:abstractNum>
             <w:abstractNum w:abstractNumId='6'><w:numStyleLink w:val='mine'/></w:abstractNum>{TWO_NUMS}
             <w:num w:numId='3'><w:abstractNumId w:val='6'/></w:num>",
            level(0, "chineseLegalSimplified", "%1、", "")
        );
        let styles = "<w:styles xmlns:w='x'><w:style w:type='numbering' w:styleId='mine'><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style></w:styles>";
        let (styles, _) = Styles::read(XmlReader::new(styles.as_bytes(), "styles", 64));
        let mut numbering = numbering(&xml);
        let direct = Some(ParagraphNumbering {
            instance: Some(3),
            level: None,
        });
        let label = numbering.label(&styles, &ParagraphStyle::default(), direct);
        assert_eq!(label.as_deref(), Some("壹、"));
    }

    #[test]
    fn a_style_finds_its_level_by_name() {
        let list = [
            level(0, "decimal", "%1", "<w:pStyle w:val='h1'/>"),
            level(1, "decimal", "%1.%2", "<w:pStyle w:val='h2'/>"),
        ]
        .concat();
        let mut numbering = numbering(&format!(
            "<w:abstractNum w:abstractNumId='5'>{list}</w:abstractNum>{TWO_NUMS}"
        ));
        let style = |name: &str, level| ParagraphStyle {
            numbering: Some(super::super::styles::StyleNumbering { instance: 1, level }),
            chain: vec!["own".to_owned(), name.to_owned()],
            ..ParagraphStyle::default()
        };
        let styles = Styles::default();
        assert_eq!(numbering.label(&styles, &style("h1", None), None).as_deref(), Some("1"));
        assert_eq!(
            numbering.label(&styles, &style("h2", None), None).as_deref(),
            Some("1.1")
        );
        assert_eq!(
            numbering.label(&styles, &style("other", Some(1)), None).as_deref(),
            Some("1.2")
        );
        let off = Some(ParagraphNumbering {
            instance: Some(0),
            level: None,
        });
        assert_eq!(numbering.label(&styles, &style("h1", None), off), None);
    }
}
