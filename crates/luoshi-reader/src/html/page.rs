//! Walks a parsed page in document order and puts its blocks in place.
//!
//! It goes from node to node by their links and never calls itself. White space is collapsed as a browser does, which leaves the
//! ideographic space alone, and a line end between two Chinese characters is nothing.

use luoshi_types::{BlockKind, Place};

use super::{
    furniture::Furniture,
    grid::{Area, Grid},
    list::{List, declarations},
    tree::{DOCUMENT, NodeId, Tree},
};
use crate::{
    assembly::{Assembly, cell_name, label_separator, trimmed},
    error::ReadError,
};

/// A page while it is walked.
pub(crate) struct Page<'tree, 'out> {
    tree: &'tree Tree,
    furniture: Furniture,
    out: &'out mut Assembly,
    line: Line,
    label: Option<String>,
    headings: Vec<u8>,
    lists: Vec<List>,
    tables: Vec<Table>,
    tables_seen: u32,
    paragraphs_seen: u32,
    preformatted: usize,
    /// Elements open that make a `header` part of the text.
    articles: usize,
    /// Pieces of text that the page marks as deleted.
    pub(crate) deletions: usize,
}

/// Text of the paragraph being gathered.
#[derive(Debug, Default)]
struct Line {
    text: String,
    space_is_due: bool,
    due_space_breaks_line: bool,
}

#[derive(Debug)]
struct Table {
    index: u32,
    /// A table that only arranges the page: its cells are not cells to a reader.
    is_layout: bool,
    grid: Grid,
    cell: Option<Cell>,
}

#[derive(Debug)]
struct Cell {
    area: Area,
    text: String,
    label_bytes: Option<usize>,
    line: Option<u32>,
}

impl Line {
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0C') {
                self.space_is_due = true;
                self.due_space_breaks_line |= character == '\n';
                continue;
            }
            if self.space_is_due && !self.text.is_empty() {
                let last = self.text.chars().next_back();
                let is_nothing = self.due_space_breaks_line && is_wide(character) && last.is_some_and(is_wide);
                if !is_nothing {
                    self.text.push(' ');
                }
            }
            self.space_is_due = false;
            self.due_space_breaks_line = false;
            self.text.push(character);
        }
    }

    fn take(&mut self) -> String {
        self.space_is_due = false;
        self.due_space_breaks_line = false;
        std::mem::take(&mut self.text)
    }
}

/// Characters between which a line end of the source is no space.
fn is_wide(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}' | '\u{2018}'..='\u{201D}' | '\u{2014}' | '\u{2026}')
}

impl<'tree, 'out> Page<'tree, 'out> {
    pub(crate) fn new(tree: &'tree Tree, out: &'out mut Assembly) -> Self {
        Self {
            tree,
            furniture: Furniture::find(tree),
            out,
            line: Line::default(),
            label: None,
            headings: Vec::new(),
            lists: Vec::new(),
            tables: Vec::new(),
            tables_seen: 0,
            paragraphs_seen: 0,
            preformatted: 0,
            articles: 0,
            deletions: 0,
        }
    }

    /// Reads the page to its end.
    pub(crate) fn read(&mut self) -> Result<(), ReadError> {
        let mut node = DOCUMENT;
        loop {
            let descends = self.enter(node)?;
            if descends && let Some(child) = self.tree.first_child(node) {
                node = child;
                continue;
            }
            if descends {
                self.leave(node)?;
            }
            // Up until there is something to the right.
            loop {
                if let Some(sibling) = self.tree.next_sibling(node) {
                    node = sibling;
                    break;
                }
                let Some(parent) = self.tree.parent(node) else {
                    return self.end_line();
                };
                node = parent;
                self.leave(node)?;
            }
        }
    }

    /// Takes in a node and says whether what is below it is to be read.
    fn enter(&mut self, node: NodeId) -> Result<bool, ReadError> {
        if self.furniture.contains(node) {
            return Ok(false);
        }
        if let Some(text) = self.tree.text(node) {
            self.write(text)?;
            return Ok(true);
        }
        let Some(name) = self.tree.name(node) else {
            return Ok(true);
        };
        if self.is_left_out(node, name) {
            return Ok(false);
        }
        if is_block(name) {
            self.end_line()?;
        }
        match name {
            "br" => self.end_line()?,
            "article" | "main" => self.articles += 1,
            "pre" | "listing" | "plaintext" => self.preformatted += 1,
            "ol" => self.lists.push(List::ordered(self.tree, node)),
            "ul" | "menu" | "dir" => self.lists.push(List::unordered(self.tree, node)),
            "li" => self.label = self.lists.last_mut().and_then(|list| list.label(self.tree, node)),
            "table" => self.start_table(node),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.grid.start_row();
                }
            }
            "td" | "th" => self.start_cell(node),
            _ => {}
        }
        if let Some(level) = heading_level(name) {
            self.headings.push(level);
        }
        Ok(true)
    }

    fn leave(&mut self, node: NodeId) -> Result<(), ReadError> {
        let Some(name) = self.tree.name(node) else {
            return Ok(());
        };
        if self.is_label_of_word(node, name) {
            let label = self.line.take();
            let label = trimmed(&label);
            if !label.is_empty() && !label.chars().all(is_bullet) {
                self.label = Some(label.to_owned());
            }
            return Ok(());
        }
        if is_block(name) {
            self.end_line()?;
        }
        match name {
            "article" | "main" => self.articles = self.articles.saturating_sub(1),
            "pre" | "listing" | "plaintext" => self.preformatted = self.preformatted.saturating_sub(1),
            "ol" | "ul" | "menu" | "dir" => {
                self.lists.pop();
            }
            "li" => self.label = None,
            "td" | "th" => self.end_cell()?,
            "table" => {
                self.end_cell()?;
                self.tables.pop();
            }
            _ => {}
        }
        if heading_level(name).is_some() {
            self.headings.pop();
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), ReadError> {
        if self.preformatted == 0 {
            self.line.push(text);
            return Ok(());
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.end_line()?;
            }
            self.line.text.push_str(line);
        }
        Ok(())
    }

    /// Ends the paragraph, if one has begun.
    fn end_line(&mut self) -> Result<(), ReadError> {
        let text = self.line.take();
        let text = trimmed(&text);
        if text.is_empty() {
            return Ok(());
        }
        self.paragraphs_seen = self.paragraphs_seen.saturating_add(1);
        let line = self.paragraphs_seen;
        let (text, label_bytes) = match self.label.take() {
            Some(label) => (format!("{label}{}{text}", label_separator(&label)), Some(label.len())),
            None => (text.to_owned(), None),
        };
        let cell = self.tables.iter_mut().rev().find(|table| !table.is_layout);
        if let Some(Table { cell: Some(cell), .. }) = cell {
            if cell.text.is_empty() {
                cell.label_bytes = label_bytes;
                cell.line = Some(line);
            } else {
                cell.text.push('\n');
            }
            cell.text.push_str(&text);
            return Ok(());
        }
        let kind = match self.headings.last() {
            Some(level) => BlockKind::Heading { level: *level },
            None => BlockKind::Paragraph,
        };
        let place = Place {
            line: Some(line),
            ..Place::default()
        };
        self.out.push(&text, label_bytes, kind, place).map(|_| ())
    }

    fn start_table(&mut self, node: NodeId) {
        let is_layout = is_layout_table(self.tree, node);
        let index = self.tables_seen;
        if !is_layout {
            self.tables_seen = self.tables_seen.saturating_add(1);
        }
        self.tables.push(Table {
            index,
            is_layout,
            grid: Grid::default(),
            cell: None,
        });
    }

    fn start_cell(&mut self, node: NodeId) {
        let span = |attribute| {
            self.tree
                .attribute(node, attribute)
                .and_then(|value| value.trim().parse::<u32>().ok())
                .unwrap_or(1)
        };
        let (rows, columns) = (span("rowspan"), span("colspan"));
        if let Some(table) = self.tables.last_mut() {
            table.cell = Some(Cell {
                area: table.grid.place(rows, columns),
                text: String::new(),
                label_bytes: None,
                line: None,
            });
        }
    }

    fn end_cell(&mut self) -> Result<(), ReadError> {
        let Some(table) = self.tables.last_mut() else {
            return Ok(());
        };
        let Some(cell) = table.cell.take() else { return Ok(()) };
        if cell.text.is_empty() {
            return Ok(());
        }
        let Area {
            row,
            column,
            rows,
            columns,
        } = cell.area;
        let kind = BlockKind::Cell {
            table: table.index,
            row,
            column,
            rows,
            columns,
        };
        let place = Place {
            line: cell.line,
            cell: Some(cell_name(row, column)),
            ..Place::default()
        };
        self.out.push(&cell.text, cell.label_bytes, kind, place).map(|_| ())
    }

    /// Whether an element is no part of the page's own text.
    fn is_left_out(&mut self, node: NodeId, name: &str) -> bool {
        if name == "del" {
            self.deletions += 1;
            return true;
        }
        if LEFT_OUT.contains(&name) {
            return true;
        }
        // The heading of an article may stand in a `header` of its own; that of the site stands outside.
        if name == "header" && self.articles == 0 {
            return true;
        }
        let attribute = |wanted| self.tree.attribute(node, wanted);
        if attribute("hidden").is_some() {
            return true;
        }
        if attribute("role").is_some_and(|role| matches!(role, "navigation" | "banner" | "contentinfo" | "search")) {
            return true;
        }
        // Page headers, page footers and notes as LibreOffice saves them.
        if name == "div" && attribute("title").is_some_and(|title| matches!(title, "header" | "footer")) {
            return true;
        }
        if name == "div"
            && attribute("id").is_some_and(|id| id.starts_with("sdfootnote") || id.starts_with("sdendnote"))
        {
            return true;
        }
        if name == "a" && attribute("class").is_some_and(|class| matches!(class, "sdfootnoteanc" | "sdendnoteanc")) {
            return true;
        }
        attribute("style").is_some_and(|style| {
            declarations(style).any(|(property, value)| {
                let value = value.to_ascii_lowercase();
                (property == "display" && value.starts_with("none"))
                    || (property == "visibility" && value.starts_with("hidden"))
                    || (property == "mso-hide" && value == "all")
            })
        })
    }

    /// Word saves the rendered number of a list item as text with this mark, followed by blanks that make up for the tab.
    fn is_label_of_word(&self, node: NodeId, name: &str) -> bool {
        name == "span"
            && self.tree.attribute(node, "style").is_some_and(|style| {
                declarations(style)
                    .any(|(property, value)| property == "mso-list" && value.eq_ignore_ascii_case("ignore"))
            })
    }
}

/// Elements that hold no text of the page.
const LEFT_OUT: [&str; 31] = [
    "applet", "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "footer", "frameset", "head",
    "iframe", "img", "input", "map", "meter", "nav", "noembed", "noframes", "noscript", "object", "progress", "rp",
    "rt", "script", "select", "style", "svg", "template", "textarea", "video",
];

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "plaintext"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "xmp"
    )
}

fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

fn is_bullet(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '·' | '•' | '●' | '○' | '■' | '□' | '◆' | '◇' | '§' | '\u{E000}'..='\u{F8FF}'
        )
}

/// Whether a table arranges the page instead of holding data: it says so, it holds another table, or it has one cell.
///
/// Old sites put their whole page into such tables, and an article must not become one cell.
fn is_layout_table(tree: &Tree, table: NodeId) -> bool {
    if tree
        .attribute(table, "role")
        .is_some_and(|role| matches!(role, "presentation" | "none"))
    {
        return true;
    }
    let mut cells = 0usize;
    let mut node = table;
    while let Some(next) = tree.next_below(node, table) {
        node = next;
        match tree.name(node) {
            Some("table") => return true,
            Some("td" | "th") => cells += 1,
            _ => {}
        }
    }
    cells == 1
}
