//! Portable documents (PDF) with a text layer, through `pdf_oxide`, which finds the characters; the lines, tables and paragraphs are
//! rebuilt by [`layout`](crate::layout).
//!
//! The library is young and the format is wide, so it is not trusted: a panic in it is damage, and pages and characters are counted.
//! Of a page it makes some two hundred times the bytes that the page's drawing takes once unpacked, and takes up to two seconds for a
//! megabyte of them, so that the drawings are measured first. What else it allocates on the way, and how long it takes, cannot be held from
//! here; a service runs the reader in a process with limits.
//! Pictures are not read. A document of pictures only is a scan and says so.

use std::panic::{AssertUnwindSafe, catch_unwind};

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};
use pdf_oxide::{
    PdfDocument,
    elements::{PathContent, PathOperation},
    layout::TextSpan,
};

use crate::{
    Limits,
    assembly::Assembly,
    error::ReadError,
    layout::{Glyph, Layout, Page, Rule},
    unreadable, unreadable_because,
};

/// Ruled lines of a page beyond which no more are gathered: it is a drawing.
const MOST_RULES: usize = 20_000;

/// The share of the bytes a file may unpack to that the drawing of one page may take: 2 MB of 128 MB. A page of a plan takes some ten
/// thousand bytes, and a drawing with that much in it is no page of a plan.
const SHARE_OF_PAGE: u64 = 64;
/// The same for all pages together.
const SHARE_OF_PAGES: u64 = 4;

/// Reads a document.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Document {
    let mut out = Assembly::new(limits);
    let mut errors = Vec::new();
    let mut layout = Layout::default();
    let mut seen = Seen::default();
    // Nothing outside the closure is left half changed: pages are added whole, and the document is dropped.
    let outcome = catch_unwind(AssertUnwindSafe(|| gather(bytes, limits, &mut layout, &mut seen)));
    match outcome {
        Ok(outcome) => errors.extend(outcome.err()),
        Err(_) => errors.push(ReadError::damaged("pdf")),
    }
    errors.extend(layout.place(&mut out).err());
    let scanned = |code| {
        Diagnostic::new(code, Span::default())
            .with("format", "PDF")
            .with("count", seen.without_text)
            .with("pages", seen.pages)
    };
    if out.is_empty() && errors.is_empty() {
        if seen.without_text == 0 {
            return unreadable(SourceFormat::Pdf, DiagnosticCode::EmptyFile);
        }
        return unreadable_because(SourceFormat::Pdf, scanned(DiagnosticCode::ScannedFile));
    }
    errors.dedup();
    for error in errors {
        out.diagnose(error.diagnostic());
    }
    if seen.without_text > 0 {
        out.diagnose(scanned(DiagnosticCode::ScannedPages));
    }
    out.finish(SourceFormat::Pdf)
}

/// What was met on the way.
#[derive(Debug, Default)]
struct Seen {
    pages: usize,
    /// Pages that show something and hold no text.
    without_text: usize,
}

fn gather(bytes: &[u8], limits: &Limits, layout: &mut Layout, seen: &mut Seen) -> Result<(), ReadError> {
    let damaged = |_| ReadError::damaged("pdf");
    let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(damaged)?;
    // Many documents are encrypted with an empty password, which only forbids changes.
    if document.is_encrypted() && !document.authenticate(b"").unwrap_or(false) {
        return Err(ReadError::Encrypted);
    }
    let pages = document.page_count().map_err(damaged)?;
    let has_pictures = holds_pictures(bytes);
    let mut characters = 0u64;
    let mut drawings = 0u64;
    let (of_page, of_pages) = (
        limits.expanded_bytes / SHARE_OF_PAGE,
        limits.expanded_bytes / SHARE_OF_PAGES,
    );
    let mut error = None;
    for index in 0..pages.min(limits.pages) {
        seen.pages += 1;
        let drawing = match document.get_page_content_data(index) {
            Ok(drawing) => drawing.len() as u64,
            // How much was unpacked before it failed is not known; a few of them are no reason to stop.
            Err(_) => of_page,
        };
        drawings += drawing;
        if drawings > of_pages {
            return Err(ReadError::Expansion {
                limit: of_pages,
                what: "bytes",
            });
        }
        if drawing > of_page {
            // The pages around it are not lost with it.
            error = Some(ReadError::Expansion {
                limit: of_page,
                what: "bytes",
            });
            continue;
        }
        let spans = match document.extract_spans(index) {
            Ok(spans) => spans,
            Err(_) => {
                // One broken page is no reason to lose the others.
                error = Some(ReadError::damaged(format!("page {}", index + 1)));
                continue;
            }
        };
        characters += spans.iter().map(|span| span.text.len() as u64).sum::<u64>();
        if characters > limits.expanded_bytes {
            return Err(ReadError::Expansion {
                limit: limits.expanded_bytes,
                what: "bytes",
            });
        }
        let (left, bottom, right, top) = document.get_page_media_box(index).unwrap_or((0.0, 0.0, 595.0, 842.0));
        let quarters = quarter_turns(&spans);
        let corners = [turned((left, bottom), quarters), turned((right, top), quarters)];
        let mut page = Page {
            number: u32::try_from(index + 1).unwrap_or(u32::MAX),
            top: -corners[0].1.max(corners[1].1),
            bottom: -corners[0].1.min(corners[1].1),
            ..Page::default()
        };
        for span in &spans {
            if turns_of(span) == quarters && !is_furniture(span) {
                add_glyphs(&mut page.glyphs, span, quarters);
            }
        }
        if page.glyphs.is_empty() {
            // Whether this page shows one of the pictures is not asked, since the library would unpack them all to say it.
            seen.without_text += usize::from(has_pictures);
        } else {
            for path in document.extract_paths(index).unwrap_or_default() {
                add_rules(&mut page.rules, &path, quarters);
            }
        }
        layout.add(page);
    }
    if pages > limits.pages {
        return Err(ReadError::Expansion {
            limit: limits.pages as u64,
            what: "pages",
        });
    }
    error.map_or(Ok(()), Err)
}

/// Whether the document holds a picture. A picture is a stream, and the dictionary of a stream is never packed.
fn holds_pictures(bytes: &[u8]) -> bool {
    const PICTURE: &[u8] = b"/Image";
    bytes.windows(PICTURE.len()).any(|window| window == PICTURE)
}

/// Headers, footers and page numbers that the document itself names so.
fn is_furniture(span: &TextSpan) -> bool {
    use pdf_oxide::extractors::text::ArtifactType;
    matches!(span.artifact_type, Some(ArtifactType::Pagination(_)))
}

/// How many quarters the text of a span is turned to the left.
fn turns_of(span: &TextSpan) -> u8 {
    match span.rotation_degrees {
        angle if (angle - 90.0).abs() < 1.0 => 1,
        angle if (angle.abs() - 180.0).abs() < 1.0 => 2,
        angle if (angle + 90.0).abs() < 1.0 => 3,
        angle if angle.abs() < 1.0 => 0,
        // Watermarks and seals.
        _ => u8::MAX,
    }
}

/// How most of the text of a page is turned: pages in landscape are often stored upright.
fn quarter_turns(spans: &[TextSpan]) -> u8 {
    let mut counts = [0usize; 4];
    for span in spans {
        if let Some(count) = counts.get_mut(usize::from(turns_of(span))) {
            *count += span.text.len();
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    counts
        .iter()
        .zip(0u8..)
        .find(|(count, _)| **count == most)
        .map_or(0, |(_, turns)| turns)
}

/// A point after the page has been turned back.
fn turned((x, y): (f32, f32), quarters: u8) -> (f32, f32) {
    match quarters {
        1 => (y, -x),
        2 => (-x, -y),
        3 => (-y, x),
        _ => (x, y),
    }
}

fn add_glyphs(glyphs: &mut Vec<Glyph>, span: &TextSpan, quarters: u8) {
    let count = span.text.chars().count();
    let length = match quarters {
        1 | 3 => span.bbox.height,
        _ => span.bbox.width,
    };
    let size = if span.font_size.abs() > 0.5 {
        span.font_size.abs()
    } else {
        span.bbox.height
    };
    let start = match quarters {
        0 => (span.bbox.x, span.bbox.y),
        1 => (span.bbox.x + span.bbox.width, span.bbox.y),
        2 => (span.bbox.x + span.bbox.width, span.bbox.y + span.bbox.height),
        _ => (span.bbox.x, span.bbox.y + span.bbox.height),
    };
    let (left, base) = turned(start, quarters);
    // The places of single characters that the library offers are sometimes those of others; widths and the whole are right.
    let even = vec![1.0; count];
    let widths = if span.char_widths.len() == count {
        &span.char_widths
    } else {
        &even
    };
    let total: f32 = widths.iter().sum();
    let scale = if total > 0.0 && length > 0.0 {
        length / total
    } else {
        1.0
    };
    let mut at = left;
    for (character, width) in span.text.chars().zip(widths) {
        let width = width * scale;
        glyphs.push(Glyph {
            character: if character == '\0' { '\u{FFFD}' } else { character },
            left: at,
            right: at + width,
            base: -base,
            size,
        });
        at += width;
    }
}

fn add_rules(rules: &mut Vec<Rule>, path: &PathContent, quarters: u8) {
    let mut add = |one: (f32, f32), other: (f32, f32)| {
        if rules.len() < MOST_RULES {
            let (one, other) = (turned(one, quarters), turned(other, quarters));
            rules.push(Rule {
                left: one.0.min(other.0),
                right: one.0.max(other.0),
                top: (-one.1).min(-other.1),
                bottom: (-one.1).max(-other.1),
            });
        }
    };
    let is_drawn = path.stroke_color.is_some();
    let mut at = (0.0, 0.0);
    for operation in &path.operations {
        match operation {
            PathOperation::MoveTo(x, y) => at = (*x, *y),
            PathOperation::LineTo(x, y) => {
                if is_drawn {
                    add(at, (*x, *y));
                }
                at = (*x, *y);
            }
            PathOperation::CurveTo(_, _, _, _, x, y) => at = (*x, *y),
            PathOperation::Rectangle(x, y, width, height) => {
                let (right, top) = (x + width, y + height);
                // What is filled counts where it is thin enough to be a line.
                add((*x, *y), (right, top));
                if is_drawn {
                    add((*x, *y), (right, *y));
                    add((*x, top), (right, top));
                    add((*x, *y), (*x, top));
                    add((right, *y), (right, top));
                }
            }
            PathOperation::ClosePath => {}
        }
    }
    if !is_drawn
        && !path
            .operations
            .iter()
            .any(|operation| matches!(operation, PathOperation::Rectangle(..)))
    {
        // A thin filled outline is a line too.
        let bounds = &path.bbox;
        add(
            (bounds.x, bounds.y),
            (bounds.x + bounds.width, bounds.y + bounds.height),
        );
    }
}
