//! The index at the head of a document of Word 97 to 2003, and the pieces that its text lies in.
//!
//! The numbers are those of the published description of the format ([MS-DOC]). Documents of Word 6 and 95 have another layout and are
//! not read.

use super::compound::{number16, number32, numbers16};

/// Where a part lies in the table stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) length: usize,
}

impl Extent {
    pub(super) fn of<'bytes>(&self, table: &'bytes [u8]) -> Option<&'bytes [u8]> {
        table.get(self.start..self.start.checked_add(self.length)?)
    }
}

/// What the index says, as far as it is of use here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Index {
    /// The stream with the tables.
    pub(super) table_stream: &'static str,
    /// Characters of the main text; headers, notes and comments follow it.
    pub(super) characters: usize,
    pub(super) style_sheet: Extent,
    pub(super) character_pages: Extent,
    pub(super) paragraph_pages: Extent,
    pub(super) fonts: Extent,
    pub(super) pieces: Extent,
    pub(super) lists: Extent,
    pub(super) list_instances: Extent,
}

/// Why there is no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoIndex {
    Broken,
    Encrypted,
    /// Word 6 or 95.
    TooOld,
}

impl Index {
    pub(super) fn read(word_document: &[u8]) -> Result<Self, NoIndex> {
        const IDENTITY: u16 = 0xA5EC;
        const IDENTITY_OF_WORD_6: u16 = 0xA5DC;
        const FIRST_VERSION: u16 = 0x00C0;
        const ENCRYPTED: u16 = 0x0100;
        const SECOND_TABLE_STREAM: u16 = 0x0200;
        let word = |at| number16(word_document, at).ok_or(NoIndex::Broken);
        let (identity, version, flags) = (word(0)?, word(2)?, word(0x0A)?);
        if identity != IDENTITY && identity != IDENTITY_OF_WORD_6 {
            return Err(NoIndex::Broken);
        }
        if flags & ENCRYPTED != 0 {
            return Err(NoIndex::Encrypted);
        }
        if identity == IDENTITY_OF_WORD_6 || version < FIRST_VERSION {
            return Err(NoIndex::TooOld);
        }
        // Three arrays follow each other, each with its own length before it.
        let long_numbers = 32 + 2 + 2 * usize::from(word(32)?) + 2;
        let extents = long_numbers + 4 * usize::from(word(long_numbers - 2)?) + 2;
        let extent = |number: usize| -> Result<Extent, NoIndex> {
            let long = |at| {
                number32(word_document, at)
                    .and_then(|number| usize::try_from(number).ok())
                    .ok_or(NoIndex::Broken)
            };
            Ok(Extent {
                start: long(extents + 8 * number)?,
                length: long(extents + 8 * number + 4)?,
            })
        };
        const MAIN_TEXT: usize = 3;
        Ok(Self {
            table_stream: match flags & SECOND_TABLE_STREAM {
                0 => "0Table",
                _ => "1Table",
            },
            characters: number32(word_document, long_numbers + 4 * MAIN_TEXT)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(NoIndex::Broken)?,
            style_sheet: extent(1)?,
            character_pages: extent(12)?,
            paragraph_pages: extent(13)?,
            fonts: extent(15)?,
            pieces: extent(33)?,
            lists: extent(73)?,
            list_instances: extent(74)?,
        })
    }
}

/// A stretch of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Where its bytes begin in the main stream.
    pub(super) start: usize,
    pub(super) characters: usize,
    /// One byte a character, of Western Europe, and not two of UTF-16.
    pub(super) is_narrow: bool,
}

/// The pieces of the main text in reading order, of no more than `most` characters in all; `None` where there is no list of them.
pub(super) fn pieces(table: &[u8], index: &Index, most: usize) -> Option<Vec<Piece>> {
    const MODIFIERS: u8 = 1;
    const PIECES: u8 = 2;
    let list = index.pieces.of(table)?;
    let mut at = 0;
    while list.get(at) == Some(&MODIFIERS) {
        at += 3 + usize::from(number16(list, at + 1)?);
    }
    if list.get(at) != Some(&PIECES) {
        return None;
    }
    let length = usize::try_from(number32(list, at + 1)?).ok()?;
    let list = list.get(at + 5..)?;
    let list = list.get(..length).unwrap_or(list);
    let count = list.len().checked_sub(4)? / 12;
    let position = |number: usize| number32(list, 4 * number).and_then(|position| usize::try_from(position).ok());
    let mut pieces = Vec::with_capacity(count);
    let mut total = 0;
    for number in 0..count {
        let (from, to) = (position(number)?, position(number + 1)?);
        let described = number32(list, 4 * (count + 1) + 8 * number + 2)?;
        const NARROW: u32 = 0x4000_0000;
        let is_narrow = described & NARROW != 0;
        let start = usize::try_from(described & !NARROW & 0x7FFF_FFFF).ok()?;
        let to = to.min(index.characters);
        if from >= to {
            continue;
        }
        let characters = (to - from).min(most - total);
        total += characters;
        pieces.push(Piece {
            // The offset of a narrow piece is stored doubled.
            start: if is_narrow { start / 2 } else { start },
            characters,
            is_narrow,
        });
        if total == most {
            break;
        }
    }
    Some(pieces)
}

/// The names of the fonts, by number.
pub(super) fn font_names(table: &[u8], index: &Index) -> Vec<String> {
    const NAME: usize = 40;
    let mut names = Vec::new();
    let Some(list) = index.fonts.of(table) else {
        return names;
    };
    let mut at = 4;
    while let Some(length) = list.get(at) {
        let length = usize::from(*length) + 1;
        let font = list.get(at..at + length).unwrap_or_default();
        let units: Vec<u16> = numbers16(font.get(NAME..).unwrap_or_default())
            .take_while(|unit| *unit != 0)
            .collect();
        names.push(String::from_utf16_lossy(&units));
        at += length;
    }
    names
}
