//! The body of a document: paragraphs, tables and what stands inside them, in reading order.
//!
//! It walks the XML with a stack of its own and never calls itself, so that nesting costs memory within the limit and no stack.
//! Headers, footers, notes and comments are other parts and are not read; neither are deleted text, field codes and fallbacks.

use std::io::BufRead;

use luoshi_types::{BlockKind, Place};

use super::{
    numbering::{Numbering, ParagraphNumbering},
    styles::{Styles, heading_of_outline},
    symbol,
    table::{Merge, Table},
};
use crate::{
    assembly::{Assembly, labelled, trimmed},
    error::ReadError,
    xml::{Element, XmlEvent, XmlReader},
};

/// Walks a body and puts its blocks in place.
pub(crate) struct Body<'parts> {
    styles: &'parts mut Styles,
    numbering: &'parts mut Numbering,
    out: &'parts mut Assembly,
    frames: Vec<Frame>,
    /// Elements opened inside one that is left out, that one included.
    skipped: usize,
    /// Open paragraphs: one inside another where a text box hangs on a paragraph.
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    tables_seen: u32,
    paragraphs_seen: u32,
    /// Text of a paragraph whose end was deleted: it belongs to the next one.
    carried: String,
    hidden_runs: usize,
    pub(crate) findings: Findings,
}

/// What was noticed on the way and is said at the end.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Insertions, deletions and moves that were tracked.
    pub(crate) tracked_changes: usize,
    /// Characters of symbol fonts without a Unicode counterpart.
    pub(crate) lost_symbols: usize,
    /// Pictures, of which the text is not known.
    pub(crate) pictures: usize,
    /// Places where a file of another format is to be put in.
    pub(crate) foreign_chunks: usize,
}

/// An open element, as far as what it means for the elements and text inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Paragraph,
    ParagraphProperties,
    NumberingProperties,
    /// Properties of the paragraph's end, where its deletion is marked.
    ParagraphMark,
    Run {
        is_hidden: bool,
    },
    RunProperties,
    Text,
    Table,
    Row,
    RowProperties,
    Cell,
    CellProperties,
    /// Text drawn into a picture counts only where it stands in a text box.
    Drawing,
    TextBox,
    Alternatives {
        is_chosen: bool,
    },
    ContentControl {
        is_contents_table: bool,
    },
    ContentControlProperties,
    Other,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    numbering: Option<ParagraphNumbering>,
    end_is_deleted: bool,
    /// Label and heading level, once the properties are over.
    settled: Option<Settled>,
    line: u32,
}

#[derive(Debug, Clone, Default)]
struct Settled {
    label: Option<String>,
    heading: Option<u8>,
}

impl<'parts> Body<'parts> {
    pub(crate) fn new(styles: &'parts mut Styles, numbering: &'parts mut Numbering, out: &'parts mut Assembly) -> Self {
        Self {
            styles,
            numbering,
            out,
            frames: Vec::new(),
            skipped: 0,
            paragraphs: Vec::new(),
            tables: Vec::new(),
            tables_seen: 0,
            paragraphs_seen: 0,
            carried: String::new(),
            hidden_runs: 0,
            findings: Findings::default(),
        }
    }

    /// Reads to the end, or as far as it goes. What was read before an error is in place.
    pub(crate) fn read<R: BufRead>(&mut self, mut reader: XmlReader<R>) -> Result<(), ReadError> {
        let outcome = self.walk(&mut reader);
        let closed = self.close_everything();
        outcome.and(closed)
    }

    fn walk<R: BufRead>(&mut self, reader: &mut XmlReader<R>) -> Result<(), ReadError> {
        let mut buffer = Vec::new();
        loop {
            match reader.next(&mut buffer)? {
                XmlEvent::Start(_) if self.skipped > 0 => self.skipped += 1,
                XmlEvent::End if self.skipped > 0 => self.skipped -= 1,
                XmlEvent::Start(element) => match self.enter(&element)? {
                    Some(frame) => self.frames.push(frame),
                    None => self.skipped = 1,
                },
                XmlEvent::End => {
                    if let Some(frame) = self.frames.pop() {
                        self.leave(frame)?;
                    }
                }
                XmlEvent::Text(text) => {
                    if self.skipped == 0 && self.frames.last() == Some(&Frame::Text) {
                        self.write(&text);
                    }
                }
                XmlEvent::Ignored => {}
                XmlEvent::EndOfPart => return Ok(()),
            }
        }
    }

    /// Takes in the start of an element. `None` leaves the element out with all that it holds.
    fn enter(&mut self, element: &Element<'_>) -> Result<Option<Frame>, ReadError> {
        let parent = self.frames.last().copied().unwrap_or(Frame::Other);
        let name = element.name();
        match parent {
            Frame::ParagraphProperties | Frame::NumberingProperties | Frame::ParagraphMark => {
                return Ok(self.enter_paragraph_property(parent, element));
            }
            Frame::RunProperties => {
                self.enter_run_property(element);
                return Ok(None);
            }
            Frame::RowProperties | Frame::CellProperties => {
                self.enter_table_property(element);
                return Ok(None);
            }
            Frame::ContentControlProperties => return Ok(self.enter_content_control_property(element)),
            Frame::Alternatives { is_chosen } => {
                // The first choice is what the document means; the fallback repeats it for old readers.
                if is_chosen || !matches!(name, "Choice" | "Fallback") {
                    return Ok(None);
                }
                if let Some(frame) = self.frames.last_mut() {
                    *frame = Frame::Alternatives { is_chosen: true };
                }
                return Ok(Some(Frame::Other));
            }
            _ => {}
        }
        if self.is_inside_drawing() {
            return Ok(self.enter_inside_drawing(name));
        }
        let frame = match name {
            "p" => {
                self.start_paragraph();
                Frame::Paragraph
            }
            "pPr" if parent == Frame::Paragraph => Frame::ParagraphProperties,
            "r" => Frame::Run { is_hidden: false },
            "rPr" if matches!(parent, Frame::Run { .. }) => Frame::RunProperties,
            "t" => Frame::Text,
            "tbl" => {
                self.start_table()?;
                Frame::Table
            }
            "tr" => {
                self.with_table(Table::start_row);
                Frame::Row
            }
            "trPr" if parent == Frame::Row => Frame::RowProperties,
            "tc" => {
                if self.tables.last().is_some_and(Table::row_is_deleted) {
                    return Ok(None);
                }
                self.with_table(Table::start_cell);
                Frame::Cell
            }
            "tcPr" if parent == Frame::Cell => Frame::CellProperties,
            "drawing" | "pict" | "object" => Frame::Drawing,
            "txbxContent" => Frame::TextBox,
            "AlternateContent" => Frame::Alternatives { is_chosen: false },
            "sdt" => Frame::ContentControl {
                is_contents_table: false,
            },
            "sdtPr" if matches!(parent, Frame::ContentControl { .. }) => Frame::ContentControlProperties,
            "sdtContent"
                if parent
                    == (Frame::ContentControl {
                        is_contents_table: true,
                    }) =>
            {
                return Ok(None);
            }
            "del" | "moveFrom" => {
                self.findings.tracked_changes += 1;
                return Ok(None);
            }
            "ins" | "moveTo" => {
                self.findings.tracked_changes += 1;
                Frame::Other
            }
            "altChunk" => {
                self.findings.foreign_chunks += 1;
                return Ok(None);
            }
            "pPr" | "rPr" | "tblPr" | "tblGrid" | "tblPrEx" | "trPr" | "tcPr" | "sdtPr" | "sdtEndPr" | "sectPr"
            | "instrText" | "delInstrText" | "delText" | "fldData" | "ffData" | "rt" | "rubyPr" => return Ok(None),
            _ => {
                if matches!(parent, Frame::Run { .. }) {
                    self.enter_run_content(element);
                }
                Frame::Other
            }
        };
        Ok(Some(frame))
    }

    fn enter_paragraph_property(&mut self, parent: Frame, element: &Element<'_>) -> Option<Frame> {
        let paragraph = self.paragraphs.last_mut()?;
        match (parent, element.name()) {
            (Frame::ParagraphProperties, "pStyle") => paragraph.style = element.value(),
            (Frame::ParagraphProperties, "outlineLvl") => paragraph.outline = small_number(element),
            (Frame::ParagraphProperties, "numPr") => {
                paragraph.numbering = Some(ParagraphNumbering::default());
                return Some(Frame::NumberingProperties);
            }
            (Frame::ParagraphProperties, "rPr") => return Some(Frame::ParagraphMark),
            (Frame::NumberingProperties, "numId") => {
                if let Some(numbering) = &mut paragraph.numbering {
                    numbering.instance = element.number();
                }
            }
            (Frame::NumberingProperties, "ilvl") => {
                if let Some(numbering) = &mut paragraph.numbering {
                    numbering.level = small_number(element);
                }
            }
            (Frame::ParagraphMark, "del" | "moveFrom") => {
                paragraph.end_is_deleted = true;
                self.findings.tracked_changes += 1;
            }
            (Frame::ParagraphMark, "ins" | "moveTo") => self.findings.tracked_changes += 1,
            _ => {}
        }
        None
    }

    fn enter_run_property(&mut self, element: &Element<'_>) {
        if element.name() != "vanish" || !element.is_on() {
            return;
        }
        // The properties stand directly inside their run.
        let run = self
            .frames
            .len()
            .checked_sub(2)
            .and_then(|index| self.frames.get_mut(index));
        if let Some(Frame::Run { is_hidden }) = run
            && !*is_hidden
        {
            *is_hidden = true;
            self.hidden_runs += 1;
        }
    }

    fn enter_table_property(&mut self, element: &Element<'_>) {
        let Some(table) = self.tables.last_mut() else { return };
        let merge = || match element.value().as_deref() {
            Some("restart") => Merge::Restart,
            _ => Merge::Continue,
        };
        match element.name() {
            "gridBefore" => table.skip_columns(element.number().unwrap_or(0)),
            "gridSpan" => table.span_columns(element.number().unwrap_or(1)),
            "vMerge" => table.merge_down(merge()),
            "hMerge" => table.merge_sideways(merge()),
            "del" => {
                table.delete_row();
                self.findings.tracked_changes += 1;
            }
            "cellDel" => {
                table.delete_cell();
                self.findings.tracked_changes += 1;
            }
            "ins" | "cellIns" => self.findings.tracked_changes += 1,
            _ => {}
        }
    }

    fn enter_content_control_property(&mut self, element: &Element<'_>) -> Option<Frame> {
        match element.name() {
            "docPartObj" => Some(Frame::ContentControlProperties),
            "docPartGallery" if element.value().as_deref() == Some("Table of Contents") => {
                let control = self
                    .frames
                    .iter_mut()
                    .rev()
                    .find(|frame| matches!(frame, Frame::ContentControl { .. }));
                if let Some(frame) = control {
                    *frame = Frame::ContentControl {
                        is_contents_table: true,
                    };
                }
                None
            }
            _ => None,
        }
    }

    fn enter_inside_drawing(&mut self, name: &str) -> Option<Frame> {
        match name {
            "txbxContent" => Some(Frame::TextBox),
            "AlternateContent" => Some(Frame::Alternatives { is_chosen: false }),
            "blip" | "imagedata" => {
                self.findings.pictures += 1;
                Some(Frame::Other)
            }
            _ => Some(Frame::Other),
        }
    }

    fn is_inside_drawing(&self) -> bool {
        self.frames
            .iter()
            .rev()
            .find(|frame| matches!(frame, Frame::Drawing | Frame::TextBox))
            .is_some_and(|frame| *frame == Frame::Drawing)
    }

    /// Content of a run that is an element and not text.
    fn enter_run_content(&mut self, element: &Element<'_>) {
        match element.name() {
            "tab" | "ptab" => self.write("\t"),
            "br" | "cr" => self.write_break(),
            "noBreakHyphen" => self.write("-"),
            "sym" => {
                let font = element.attribute("font").unwrap_or_default();
                let code = element
                    .attribute("char")
                    .and_then(|code| u32::from_str_radix(code.trim(), 16).ok());
                match code.and_then(|code| symbol::from_font(&font, code)) {
                    Some(character) => self.write(character.encode_utf8(&mut [0; 4])),
                    None => {
                        self.findings.lost_symbols += 1;
                        self.write("\u{FFFD}");
                    }
                }
            }
            _ => {}
        }
    }

    fn leave(&mut self, frame: Frame) -> Result<(), ReadError> {
        match frame {
            Frame::Paragraph => self.end_paragraph(),
            Frame::ParagraphProperties => {
                self.settle_paragraph();
                Ok(())
            }
            Frame::Run { is_hidden: true } => {
                self.hidden_runs = self.hidden_runs.saturating_sub(1);
                Ok(())
            }
            Frame::Cell => {
                self.place_carried()?;
                match self.tables.last_mut() {
                    Some(table) => table.end_cell(self.out),
                    None => Ok(()),
                }
            }
            Frame::Row => {
                self.with_table(Table::end_row);
                Ok(())
            }
            Frame::Table => match self.tables.pop() {
                Some(table) => table.finish(self.out),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn with_table(&mut self, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.last_mut() {
            change(table);
        }
    }

    fn start_table(&mut self) -> Result<(), ReadError> {
        // What the surrounding cell has said so far comes before the table inside it.
        self.place_carried()?;
        if let Some(outer) = self.tables.last_mut() {
            outer.flush_cell(self.out)?;
        }
        self.tables.push(Table::new(self.tables_seen));
        self.tables_seen = self.tables_seen.saturating_add(1);
        Ok(())
    }

    fn start_paragraph(&mut self) {
        self.paragraphs_seen = self.paragraphs_seen.saturating_add(1);
        self.paragraphs.push(Paragraph {
            line: self.paragraphs_seen,
            ..Paragraph::default()
        });
    }

    fn write(&mut self, text: &str) {
        if self.hidden_runs > 0 {
            return;
        }
        if let Some(paragraph) = self.paragraphs.last_mut() {
            // A line end inside a text element is white space to a word processor; only an element breaks a line.
            paragraph.text.extend(
                text.chars()
                    .map(|character| if character == '\n' { ' ' } else { character }),
            );
        }
    }

    fn write_break(&mut self) {
        if self.hidden_runs == 0
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.text.push('\n');
        }
    }

    /// Finds heading level and label when the properties are over, so that a paragraph is counted before what hangs on it.
    fn settle_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        if paragraph.settled.is_some() {
            return;
        }
        let style = self.styles.paragraph(paragraph.style.as_deref());
        let heading = match paragraph.outline {
            Some(level) => heading_of_outline(level),
            None => style.heading,
        };
        let label = match paragraph.end_is_deleted {
            true => None,
            false => self.numbering.label(self.styles, &style, paragraph.numbering),
        };
        paragraph.settled = Some(Settled { label, heading });
    }

    fn end_paragraph(&mut self) -> Result<(), ReadError> {
        self.settle_paragraph();
        let Some(mut paragraph) = self.paragraphs.pop() else {
            return Ok(());
        };
        if paragraph.end_is_deleted {
            self.carried.push_str(&paragraph.text);
            return Ok(());
        }
        if !self.carried.is_empty() {
            paragraph.text.insert_str(0, &std::mem::take(&mut self.carried));
        }
        let Settled { label, heading } = paragraph.settled.take().unwrap_or_default();
        self.place(&paragraph.text, label.as_deref(), heading, paragraph.line)
    }

    /// Puts a paragraph in place: in the cell that is open, or in the body. A line break inside it begins a new block, or a new line
    /// of the cell.
    fn place(&mut self, text: &str, label: Option<&str>, heading: Option<u8>, line: u32) -> Result<(), ReadError> {
        let mut label = label;
        for piece in text.split('\n') {
            let piece = trimmed(piece);
            let (text, label_bytes) = match label.take() {
                Some(label) => labelled(label, piece),
                None => (piece.to_owned(), None),
            };
            if text.is_empty() {
                continue;
            }
            match self.tables.last_mut().filter(|table| table.has_open_cell()) {
                Some(table) => table.add_paragraph(&text, label_bytes, line),
                None => {
                    let kind = heading.map_or(BlockKind::Paragraph, |level| BlockKind::Heading { level });
                    let place = Place {
                        line: Some(line),
                        ..Place::default()
                    };
                    self.out.push(&text, label_bytes, kind, place)?;
                }
            }
        }
        Ok(())
    }

    /// Puts text in place that waits for a paragraph which does not come: a cell or the document ends, or a table begins.
    fn place_carried(&mut self) -> Result<(), ReadError> {
        let carried = std::mem::take(&mut self.carried);
        self.place(&carried, None, None, self.paragraphs_seen)
    }

    /// Saves what was open when reading stopped.
    fn close_everything(&mut self) -> Result<(), ReadError> {
        while !self.paragraphs.is_empty() {
            self.end_paragraph()?;
        }
        self.place_carried()?;
        while let Some(table) = self.tables.pop() {
            table.finish(self.out)?;
        }
        Ok(())
    }
}

fn small_number(element: &Element<'_>) -> Option<u8> {
    element.number().and_then(|number| u8::try_from(number).ok())
}
