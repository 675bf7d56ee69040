//! What a paragraph and a stretch of characters are: the modifiers that the pages of properties keep for each place of the main stream.
//!
//! Only what decides structure is read: tables, headings, lists, deleted and hidden text, symbols. Modifiers are numbered as in the
//! published description of the format ([MS-DOC]); those that concern the look are stepped over.

use super::{
    compound::{number16, number32},
    word::Extent,
};

/// Pages of properties are this long and begin at multiples of it.
const PAGE: usize = 512;

/// The stretches of the main stream that have properties of their own, in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    stretches: Vec<Stretch>,
    pub(super) is_damaged: bool,
}

/// A stretch, and where its properties stand in the main stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) from: u32,
    pub(super) to: u32,
    at: usize,
    length: usize,
}

impl Stretch {
    pub(super) fn of<'bytes>(&self, word_document: &'bytes [u8]) -> &'bytes [u8] {
        word_document.get(self.at..self.at + self.length).unwrap_or_default()
    }
}

/// Whether the pages are about paragraphs or characters, which store their properties in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    Paragraphs,
    Characters,
}

impl Stretches {
    pub(super) fn read(word_document: &[u8], table: &[u8], extent: Extent, pages: Pages) -> Self {
        let mut found = Self::default();
        let Some(list) = extent.of(table) else {
            found.is_damaged = true;
            return found;
        };
        let count = list.len().saturating_sub(4) / 8;
        // A page stands in the list once; a longer list could only make the same pages count many times.
        let most = word_document.len() / PAGE;
        found.is_damaged = count > most;
        for number in 0..count.min(most) {
            let page = number32(list, 4 * (count + 1) + 4 * number)
                .and_then(|number| usize::try_from(number & 0x003F_FFFF).ok())
                .map(|number| number * PAGE)
                .filter(|start| start + PAGE <= word_document.len());
            match page {
                Some(start) => found.read_page(word_document, start, pages),
                None => found.is_damaged = true,
            }
        }
        found.stretches.sort_by_key(|stretch| stretch.from);
        found
    }

    fn read_page(&mut self, word_document: &[u8], start: usize, pages: Pages) {
        let page = word_document.get(start..start + PAGE).unwrap_or_default();
        let count = page.last().copied().map_or(0, usize::from);
        let entry_length = match pages {
            Pages::Paragraphs => 13,
            Pages::Characters => 1,
        };
        if 4 * (count + 1) + entry_length * count >= PAGE {
            self.is_damaged = true;
            return;
        }
        for number in 0..count {
            let (Some(from), Some(to)) = (number32(page, 4 * number), number32(page, 4 * (number + 1))) else {
                return;
            };
            let offset = page
                .get(4 * (count + 1) + entry_length * number)
                .map_or(0, |half| 2 * usize::from(*half));
            let byte = |at: usize| page.get(at).copied().map_or(0, usize::from);
            let (at, length) = match (offset, pages) {
                (0, _) => (0, 0),
                (_, Pages::Characters) => (offset + 1, byte(offset)),
                (_, Pages::Paragraphs) if byte(offset) == 0 => (offset + 2, 2 * byte(offset + 1)),
                (_, Pages::Paragraphs) => (offset + 1, 2 * byte(offset) - 1),
            };
            let length = match at + length <= PAGE {
                true => length,
                false => 0,
            };
            self.stretches.push(Stretch {
                from,
                to,
                at: start + at,
                length,
            });
        }
    }

    /// The stretch around a place of the main stream.
    pub(super) fn at(&self, place: usize) -> Option<Stretch> {
        let place = u32::try_from(place).ok()?;
        let after = self.stretches.partition_point(|stretch| stretch.from <= place);
        let stretch = self.stretches.get(after.checked_sub(1)?)?;
        (place < stretch.to).then_some(*stretch)
    }
}

/// Calls `visit` with each modifier and what stands after it. A modifier that reaches past the end ends the walk.
pub(super) fn for_each_modifier<'bytes>(modifiers: &'bytes [u8], mut visit: impl FnMut(u16, &'bytes [u8])) {
    let mut at = 0;
    while let Some(modifier) = number16(modifiers, at) {
        at += 2;
        let (start, length) = match modifier >> 13 {
            0 | 1 => (at, 1),
            2 | 4 | 5 => (at, 2),
            3 => (at, 4),
            7 => (at, 3),
            _ if modifier == DEFINE_ROW => match number16(modifiers, at) {
                // The length counts one byte more than follow.
                Some(length) => (at + 2, usize::from(length).saturating_sub(1)),
                None => return,
            },
            _ => match modifiers.get(at) {
                Some(length) => (at + 1, usize::from(*length)),
                None => return,
            },
        };
        let Some(operand) = modifiers.get(start..start + length) else {
            return;
        };
        visit(modifier, operand);
        at = start + length;
    }
}

const DEFINE_ROW: u16 = 0xD608;

/// What a paragraph or its style says; what it leaves open is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ParagraphProperties<'bytes> {
    pub(super) style: Option<u16>,
    pub(super) is_in_table: bool,
    /// How many tables the paragraph is inside of.
    pub(super) depth: u32,
    pub(super) ends_row: bool,
    pub(super) ends_inner_row: bool,
    pub(super) ends_inner_cell: bool,
    /// From 0; 9 is body text.
    pub(super) outline: Option<u8>,
    pub(super) list: Option<u16>,
    pub(super) level: Option<u8>,
    /// Where the rest of the properties stands in another stream.
    pub(super) elsewhere: Option<u32>,
    /// Edges and merges of the cells of the row that the paragraph ends.
    pub(super) row: Option<&'bytes [u8]>,
}

impl<'bytes> ParagraphProperties<'bytes> {
    pub(super) fn apply(&mut self, modifiers: &'bytes [u8]) {
        for_each_modifier(modifiers, |modifier, operand| {
            let byte = operand.first().copied().unwrap_or(0);
            match modifier {
                0x4600 => self.style = number16(operand, 0),
                0x2416 => self.is_in_table = byte != 0,
                0x2417 => self.ends_row = byte != 0,
                0x244B => self.ends_inner_cell = byte != 0,
                0x244C => self.ends_inner_row = byte != 0,
                0x6649 => self.depth = number32(operand, 0).unwrap_or(0),
                0x2640 => self.outline = Some(byte),
                0x260A => self.level = Some(byte),
                0x460B => self.list = number16(operand, 0),
                0x6645 | 0x6646 => self.elsewhere = number32(operand, 0),
                DEFINE_ROW => self.row = Some(operand),
                _ => {}
            }
        });
    }
}

/// What is read of a stretch of characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CharacterProperties {
    pub(super) is_deleted: bool,
    pub(super) is_inserted: bool,
    pub(super) is_hidden: bool,
    /// Number of a font and code of the character that stands there instead.
    pub(super) symbol: Option<(u16, u16)>,
}

impl CharacterProperties {
    pub(super) fn of(modifiers: &[u8]) -> Self {
        let mut properties = Self::default();
        for_each_modifier(modifiers, |modifier, operand| {
            let byte = operand.first().copied().unwrap_or(0);
            match modifier {
                0x0800 => properties.is_deleted = byte != 0,
                0x0801 => properties.is_inserted = byte != 0,
                // 0x80 means as the style, 0x81 the opposite; styles that hide text are not known to plans.
                0x083C => properties.is_hidden = byte == 1 || byte == 0x81,
                0x6A09 => properties.symbol = number16(operand, 0).zip(number16(operand, 2)),
                _ => {}
            }
        });
        properties
    }
}

/// One cell of a row: how far it reaches, and whether it goes on from above or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellShape {
    pub(super) left: i16,
    pub(super) right: i16,
    pub(super) goes_on_from_above: bool,
    pub(super) goes_on_below: bool,
    pub(super) goes_on_from_before: bool,
}

/// The cells of a row from its definition.
pub(super) fn cells_of_row(row: &[u8]) -> Vec<CellShape> {
    const DESCRIPTION: usize = 20;
    let count = row.first().copied().map_or(0, usize::from);
    let edge = |number: usize| number16(row, 1 + 2 * number).map(u16::cast_signed);
    let mut cells = Vec::with_capacity(count);
    for number in 0..count {
        let (Some(left), Some(right)) = (edge(number), edge(number + 1)) else {
            break;
        };
        // Descriptions may be fewer than cells.
        let flags = number16(row, 1 + 2 * (count + 1) + DESCRIPTION * number).unwrap_or(0);
        let down = (flags >> 5) & 0b11;
        cells.push(CellShape {
            left,
            right,
            goes_on_from_above: down == 1,
            goes_on_below: down != 0,
            goes_on_from_before: flags & 0b11 == 1,
        });
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_of_every_length_are_stepped_over() {
        let modifiers = [
            0x16, 0x24, 1, // in a table
            0x03, 0x24, 2, // alignment
            0x0F, 0x84, 1, 0, // an indent
            0x15, 0xC6, 2, 9, 9, // tabs, with their length
            0x49, 0x66, 2, 0, 0, 0, // depth
            0x0B, 0x46, 7, 0, // list
            0x0A, 0x26, 3, // level
            0x40, 0x26, 1,    // outline
            0x16, // half of one
        ];
        let mut properties = ParagraphProperties::default();
        properties.apply(&modifiers);
        let expected = ParagraphProperties {
            is_in_table: true,
            depth: 2,
            list: Some(7),
            level: Some(3),
            outline: Some(1),
            ..ParagraphProperties::default()
        };
        assert_eq!(properties, expected);
    }

    #[test]
    fn a_row_tells_its_edges_and_merges() {
        let mut row = vec![2];
        for edge in [-108i16, 900, 4500] {
            row.extend(edge.to_le_bytes());
        }
        // The first begins a merge downwards; the second has no description.
        row.extend([0x60, 0]);
        let cells = cells_of_row(&row);
        assert_eq!(cells.len(), 2);
        assert_eq!((cells[0].left, cells[0].right), (-108, 900));
        assert!(cells[0].goes_on_below && !cells[0].goes_on_from_above);
        assert_eq!((cells[1].left, cells[1].right), (900, 4500));
        assert!(!cells[1].goes_on_below);
    }
}
