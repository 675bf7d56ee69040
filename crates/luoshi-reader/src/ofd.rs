//! Open fixed-layout documents (OFD, GB/T 33190): the texts of the pages with their places, from which
//! [`layout`](crate::layout) rebuilds lines, tables and paragraphs.
//!
//! Read are the text objects and ruled lines of every page. Template pages are not read: they hold what all pages show, such as frames
//! and headers. Not read are seals, annotations, attachments and pictures; a document of pictures only is a scan and says so.

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use crate::{
    Limits,
    assembly::Assembly,
    error::ReadError,
    layout::{Glyph, Layout, Page, Rule},
    package::{Package, resolve},
    unreadable, unreadable_because,
    xml::{Element, XmlEvent},
};

/// Points in a millimetre, the unit of OFD.
const POINTS: f32 = 72.0 / 25.4;

/// Ruled lines of a page beyond which no more are gathered: it is a drawing.
const MOST_RULES: usize = 20_000;

/// Reads the container of a document.
pub(crate) fn read(mut package: Package<'_>, limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let mut layout = Layout::default();
    let mut errors = Vec::new();
    let mut seen = Seen::default();
    errors.extend(gather(&mut package, limits, &mut layout, &mut seen).err());
    errors.append(&mut seen.errors);
    errors.extend(layout.place(&mut out).err());
    let scanned = |code| {
        Diagnostic::new(code, Span::default())
            .with("format", "OFD")
            .with("count", seen.scanned)
            .with("pages", seen.pages)
    };
    if out.is_empty() && errors.is_empty() {
        if seen.scanned == 0 {
            return unreadable(SourceFormat::Ofd, DiagnosticCode::EmptyFile);
        }
        return unreadable_because(SourceFormat::Ofd, scanned(DiagnosticCode::ScannedFile));
    }
    errors.dedup();
    for error in errors {
        out.diagnose(error.diagnostic());
    }
    if seen.scanned > 0 {
        out.diagnose(scanned(DiagnosticCode::ScannedPages));
    }
    out.finish(SourceFormat::Ofd)
}

/// What was met on the way.
#[derive(Debug, Default)]
struct Seen {
    pages: usize,
    /// Pages with pictures and without text.
    scanned: usize,
    errors: Vec<ReadError>,
    characters: u64,
}

fn gather(package: &mut Package<'_>, limits: &Limits, layout: &mut Layout, seen: &mut Seen) -> Result<(), ReadError> {
    for root in roots(package)? {
        let document = read_document(package, &root)?;
        for part in document.pages {
            if seen.pages >= limits.pages {
                return Err(ReadError::Expansion {
                    limit: limits.pages as u64,
                    what: "pages",
                });
            }
            seen.pages += 1;
            let mut page = Page {
                number: u32::try_from(seen.pages).unwrap_or(u32::MAX),
                ..Page::default()
            };
            let mut content = Content::new(document.area);
            // One broken page is no reason to lose the others; what stands before the break counts.
            let outcome = content.read(package, &part, limits, seen);
            page.top = content.area.1;
            page.bottom = content.area.1 + content.area.3;
            if content.glyphs.is_empty() && content.pictures > 0 {
                seen.scanned += 1;
            }
            page.glyphs = content.glyphs;
            page.rules = content.rules;
            layout.add(page);
            match outcome {
                Err(error @ ReadError::Damaged { .. }) => seen.errors.push(error),
                other => other?,
            }
        }
    }
    Ok(())
}

/// The main parts of the documents in the container, of which there is nearly always one.
fn roots(package: &mut Package<'_>) -> Result<Vec<String>, ReadError> {
    let mut reader = package.open_xml("OFD.xml")?;
    let mut buffer = Vec::new();
    let mut roots = Vec::new();
    let mut path: Option<String> = None;
    loop {
        match reader.next(&mut buffer)? {
            XmlEvent::Start(element) => path = (element.name() == "DocRoot").then(String::new),
            XmlEvent::Text(text) => {
                if let Some(path) = &mut path {
                    path.push_str(&text);
                }
            }
            XmlEvent::End => roots.extend(path.take().map(|path| resolve("", path.trim()))),
            XmlEvent::Ignored => {}
            XmlEvent::EndOfPart => return Ok(roots),
        }
    }
}

/// What the main part of a document says.
struct DocumentPart {
    /// The physical box of its pages: left, top, width, height.
    area: Box4,
    pages: Vec<String>,
}

type Box4 = (f32, f32, f32, f32);

fn read_document(package: &mut Package<'_>, root: &str) -> Result<DocumentPart, ReadError> {
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut document = DocumentPart {
        area: scaled((0.0, 0.0, 210.0, 297.0)),
        pages: Vec::new(),
    };
    let mut reader = package.open_xml(root)?;
    let mut buffer = Vec::new();
    let mut is_box = false;
    loop {
        match reader.next(&mut buffer)? {
            XmlEvent::Start(element) => {
                is_box = element.name() == "PhysicalBox";
                if element.name() == "Page"
                    && let Some(place) = element.attribute("BaseLoc")
                {
                    document.pages.push(resolve(folder, place.trim()));
                }
            }
            XmlEvent::Text(text) if is_box => document.area = box_of(&text).map_or(document.area, scaled),
            XmlEvent::End => is_box = false,
            XmlEvent::EndOfPart => return Ok(document),
            _ => {}
        }
    }
}

/// The content of one page while it is read.
struct Content {
    area: Box4,
    glyphs: Vec<Glyph>,
    rules: Vec<Rule>,
    pictures: usize,
    object: Option<Object>,
    code: Option<Code>,
    path: Option<String>,
}

/// A text or path object.
struct Object {
    bounds: Box4,
    size: f32,
    matrix: [f32; 6],
    is_drawn: bool,
}

/// A run of text.
struct Code {
    text: String,
    x: f32,
    y: f32,
    across: String,
    down: String,
}

impl Content {
    fn new(area: Box4) -> Self {
        Self {
            area,
            glyphs: Vec::new(),
            rules: Vec::new(),
            pictures: 0,
            object: None,
            code: None,
            path: None,
        }
    }

    fn read(
        &mut self,
        package: &mut Package<'_>,
        part: &str,
        limits: &Limits,
        seen: &mut Seen,
    ) -> Result<(), ReadError> {
        let mut reader = package.open_xml(part)?;
        let mut buffer = Vec::new();
        let mut names: Vec<Name> = Vec::new();
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(element) => {
                    let name = Name::of(element.name());
                    match name {
                        Name::Object => self.object = Some(Object::new(&element)),
                        Name::Code => self.code = Some(Code::new(&element)),
                        Name::Path => self.path = Some(String::new()),
                        Name::Picture => self.pictures += 1,
                        Name::Box | Name::Other => {}
                    }
                    names.push(name);
                }
                XmlEvent::Text(text) => match names.last() {
                    Some(Name::Code) => {
                        seen.characters += text.len() as u64;
                        if seen.characters > limits.expanded_bytes {
                            return Err(ReadError::Expansion {
                                limit: limits.expanded_bytes,
                                what: "bytes",
                            });
                        }
                        if let Some(code) = &mut self.code {
                            code.text.push_str(&text);
                        }
                    }
                    Some(Name::Path) => {
                        if let Some(path) = &mut self.path {
                            path.push_str(&text);
                        }
                    }
                    Some(Name::Box) => self.area = box_of(&text).map_or(self.area, scaled),
                    _ => {}
                },
                XmlEvent::End => match names.pop() {
                    Some(Name::Code) => {
                        if let (Some(code), Some(object)) = (self.code.take(), &self.object) {
                            add_glyphs(&mut self.glyphs, object, &code);
                        }
                    }
                    Some(Name::Path) => {
                        if let (Some(path), Some(object)) = (self.path.take(), &self.object) {
                            add_rules(&mut self.rules, object, &path);
                        }
                    }
                    Some(Name::Object) => self.object = None,
                    _ => {}
                },
                XmlEvent::Ignored => {}
                XmlEvent::EndOfPart => return Ok(()),
            }
        }
    }
}

/// The names of elements that matter inside a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Object,
    Code,
    Path,
    Picture,
    Box,
    Other,
}

impl Name {
    fn of(name: &str) -> Self {
        match name {
            "TextObject" | "PathObject" => Name::Object,
            "TextCode" => Name::Code,
            "AbbreviatedData" => Name::Path,
            "ImageObject" => Name::Picture,
            "PhysicalBox" => Name::Box,
            _ => Name::Other,
        }
    }
}

impl Object {
    fn new(element: &Element<'_>) -> Self {
        let number = |name| {
            element
                .attribute(name)
                .and_then(|value| value.trim().parse::<f32>().ok())
        };
        let bounds = element.attribute("Boundary").and_then(|value| box_of(&value));
        let mut matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        if let Some(stated) = element.attribute("CTM") {
            for (place, value) in matrix.iter_mut().zip(numbers(&stated)) {
                *place = value;
            }
        }
        Self {
            bounds: bounds.unwrap_or((0.0, 0.0, 0.0, 0.0)),
            size: number("Size").unwrap_or(4.0),
            matrix,
            is_drawn: element.attribute("Stroke").is_none_or(|value| value.trim() != "false"),
        }
    }

    /// A point of the object on the page, in points of 1/72 inch.
    fn on_page(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.matrix;
        (
            (self.bounds.0 + a * x + c * y + e) * POINTS,
            (self.bounds.1 + b * x + d * y + f) * POINTS,
        )
    }
}

impl Code {
    fn new(element: &Element<'_>) -> Self {
        let number = |name| {
            element
                .attribute(name)
                .and_then(|value| value.trim().parse::<f32>().ok())
        };
        Self {
            text: String::new(),
            x: number("X").unwrap_or(0.0),
            y: number("Y").unwrap_or(0.0),
            across: element.attribute("DeltaX").unwrap_or_default(),
            down: element.attribute("DeltaY").unwrap_or_default(),
        }
    }
}

fn add_glyphs(glyphs: &mut Vec<Glyph>, object: &Object, code: &Code) {
    let [a, b, c, d, _, _] = object.matrix;
    // Watermarks and seals are turned.
    if b.abs() > a.abs() * 0.05 || c.abs() > d.abs() * 0.05 {
        return;
    }
    let size = object.size * d.abs().max(0.01);
    let mut across = Deltas::new(&code.across);
    let mut down = Deltas::new(&code.down);
    let (mut x, mut y) = (code.x, code.y);
    for character in code.text.chars().filter(|character| !character.is_control()) {
        let natural = object.size * if character.is_ascii() { 0.55 } else { 1.0 };
        let step = across.next();
        let (left, base) = object.on_page(x, y);
        // A step may leave room after a character; the character is not wider for it.
        let width = step
            .filter(|step| *step > 0.0)
            .map_or(natural, |step| step.min(object.size * 1.1));
        let (right, _) = object.on_page(x + width, y);
        glyphs.push(Glyph {
            character,
            left,
            right,
            base,
            size: size * POINTS,
        });
        let fall = down.next();
        // Text that runs downwards has steps in that direction only.
        x += step.unwrap_or(if fall.is_some() { 0.0 } else { natural });
        y += fall.unwrap_or(0.0);
    }
}

/// The steps from character to character, where `g 3 5` stands for three steps of 5.
struct Deltas<'text> {
    words: std::str::SplitAsciiWhitespace<'text>,
    repeated: Option<(u32, f32)>,
}

impl<'text> Deltas<'text> {
    fn new(text: &'text str) -> Self {
        Self {
            words: text.split_ascii_whitespace(),
            repeated: None,
        }
    }
}

impl Iterator for Deltas<'_> {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if let Some((count, step)) = self.repeated {
            self.repeated = (count > 1).then(|| (count - 1, step));
            return Some(step);
        }
        let word = self.words.next()?;
        if word != "g" {
            return word.parse().ok();
        }
        let count: u32 = self.words.next()?.parse().ok()?;
        let step: f32 = self.words.next()?.parse().ok()?;
        self.repeated = (count > 1).then(|| (count - 1, step));
        Some(step)
    }
}

fn add_rules(rules: &mut Vec<Rule>, object: &Object, path: &str) {
    let (mut at, mut start) = ((0.0, 0.0), (0.0, 0.0));
    let (mut lowest, mut highest) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    let mut add = |one: (f32, f32), other: (f32, f32)| {
        if rules.len() < MOST_RULES {
            let (one, other) = (object.on_page(one.0, one.1), object.on_page(other.0, other.1));
            rules.push(Rule {
                left: one.0.min(other.0),
                top: one.1.min(other.1),
                right: one.0.max(other.0),
                bottom: one.1.max(other.1),
            });
        }
    };
    let mut words = path.split_ascii_whitespace();
    while let Some(word) = words.next() {
        let pairs = match word {
            "S" | "M" | "L" => 1,
            "Q" => 2,
            "B" => 3,
            "C" => {
                if object.is_drawn {
                    add(at, start);
                }
                at = start;
                continue;
            }
            // An arc ends with its end point, after radii, angle and two flags.
            "A" => {
                for _ in 0..5 {
                    words.next();
                }
                1
            }
            _ => continue,
        };
        let mut to = at;
        for _ in 0..pairs {
            let place = words.next().zip(words.next());
            let Some((Ok(x), Ok(y))) = place.map(|(x, y)| (x.parse(), y.parse())) else {
                return;
            };
            to = (x, y);
        }
        lowest = (lowest.0.min(to.0), lowest.1.min(to.1));
        highest = (highest.0.max(to.0), highest.1.max(to.1));
        match word {
            "S" | "M" => start = to,
            "L" if object.is_drawn => add(at, to),
            _ => {}
        }
        at = to;
    }
    if !object.is_drawn && lowest.0 <= highest.0 {
        // A thin filled outline is a line too.
        add(lowest, highest);
    }
}

fn numbers(text: &str) -> impl Iterator<Item = f32> {
    text.split_ascii_whitespace().map_while(|word| word.parse().ok())
}

fn box_of(text: &str) -> Option<Box4> {
    let mut numbers = numbers(text);
    Some((numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?))
}

fn scaled(area: Box4) -> Box4 {
    (area.0 * POINTS, area.1 * POINTS, area.2 * POINTS, area.3 * POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_steps() {
        let steps: Vec<f32> = Deltas::new("5 g 3 4.5 2").take(9).collect();
        assert_eq!(steps, [5.0, 4.5, 4.5, 4.5, 2.0]);
        assert_eq!(Deltas::new("g 4294967295 1").take(3).count(), 3);
        assert_eq!(Deltas::new("g").next(), None);
        assert_eq!(Deltas::new("x 1").next(), None);
    }
}
