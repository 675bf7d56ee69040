//! The styles and lists that a document defines, given to the rooms that know what Word makes of them.
//!
//! Nothing is counted or inherited here.

use super::{
    compound::{number16, number32, numbers16},
    properties::{ParagraphProperties, for_each_modifier},
    word::Index,
};
use crate::{
    docx::{
        numbering::{Level, Numbering},
        styles::{StyleProperties, Styles},
    },
    numerals::NumberFormat,
};

/// The number of a style as the name that the shared room knows it by.
pub(super) fn style_name(number: u16) -> String {
    number.to_string()
}

/// Reads the style sheet as far as it can be read; styles decide on headings and lists, never on whether text is there.
pub(super) fn styles(table: &[u8], index: &Index) -> Styles {
    let mut styles = Styles::default();
    let sheet = index.style_sheet.of(table).unwrap_or_default();
    let (Some(header), Some(count), Some(base)) = (number16(sheet, 0), number16(sheet, 2), number16(sheet, 4)) else {
        return styles;
    };
    let mut at = 2 + usize::from(header);
    for number in 0..count {
        let Some(length) = number16(sheet, at).map(usize::from) else {
            break;
        };
        let style = sheet.get(at + 2..at + 2 + length).unwrap_or_default();
        at += 2 + length;
        add_style(&mut styles, number, style, usize::from(base));
    }
    styles
}

fn add_style(styles: &mut Styles, number: u16, style: &[u8], base: usize) -> Option<()> {
    const NO_STYLE: u16 = 0x0FFF;
    const PARAGRAPH_STYLE: u16 = 1;
    let built_in = number16(style, 0)? & 0x0FFF;
    let kind = number16(style, 2)?;
    let based_on = kind >> 4;
    if kind & 0xF != PARAGRAPH_STYLE {
        return None;
    }
    let name_length = usize::from(number16(style, base)?);
    let name: Vec<u16> = numbers16(style.get(base + 2..base + 2 + 2 * name_length)?).collect();
    let name = match built_in {
        // The built-in headings, whatever they are called in the language of the writer.
        1..=9 => format!("heading {built_in}"),
        _ => String::from_utf16_lossy(&name),
    };
    // After the name and the NUL that ends it; the properties begin with the number of the style once more.
    let at = base + 2 + 2 * name_length + 2;
    let length = usize::from(number16(style, at)?);
    let mut properties = ParagraphProperties::default();
    properties.apply(style.get(at + 4..at + 2 + length).unwrap_or_default());
    let said = StyleProperties {
        outline: properties.outline,
        instance: properties.list.map(i64::from),
        level: properties.level,
    };
    styles.add(
        style_name(number),
        name,
        (based_on != NO_STYLE).then(|| style_name(based_on)),
        said,
    );
    Some(())
}

/// Reads the lists and their uses as far as they can be read.
pub(super) fn numbering(table: &[u8], index: &Index, fonts: &[String]) -> Numbering {
    let mut numbering = Numbering::default();
    read_lists(&mut numbering, table, index, fonts);
    read_instances(&mut numbering, table, index, fonts);
    numbering
}

fn read_lists(numbering: &mut Numbering, table: &[u8], index: &Index, fonts: &[String]) -> Option<()> {
    const LIST: usize = 28;
    const NO_STYLE: u16 = 0x0FFF;
    if index.lists.length == 0 {
        return None;
    }
    let start = index.lists.start;
    let count = usize::from(number16(table, start)?);
    // The levels of all lists follow the lists, one or nine for each.
    let mut at = start + 2 + LIST * count;
    for number in 0..count {
        let list = table.get(start + 2 + LIST * number..start + 2 + LIST * (number + 1))?;
        let is_simple = list.get(26)? & 1 != 0;
        let mut levels = Vec::new();
        for level in 0..if is_simple { 1 } else { 9 } {
            let (mut read, length) = read_level(table.get(at..)?, fonts)?;
            read.style = number16(list, 8 + 2 * level)
                .filter(|style| *style != NO_STYLE)
                .map(style_name);
            levels.push(read);
            at += length;
        }
        // A list of one level writes it at every depth.
        if is_simple && let Some(only) = levels.first().cloned() {
            levels.resize(9, only);
        }
        numbering.add_list(i64::from(number32(list, 0)?), levels);
    }
    Some(())
}

/// A level, and how many bytes it takes.
fn read_level(bytes: &[u8], fonts: &[String]) -> Option<(Level, usize)> {
    const FIXED: usize = 28;
    const PLAIN_DIGITS: u8 = 0x04;
    const OWN_RESTART: u8 = 0x08;
    const FONT: u16 = 0x4A4F;
    let flags = *bytes.get(5)?;
    let (look, indents) = (usize::from(*bytes.get(24)?), usize::from(*bytes.get(25)?));
    let text_at = FIXED + indents + look;
    let text_length = usize::from(number16(bytes, text_at)?);
    let text: Vec<u16> = numbers16(bytes.get(text_at + 2..text_at + 2 + 2 * text_length)?).collect();
    let mut font = String::new();
    for_each_modifier(bytes.get(FIXED + indents..text_at)?, |modifier, operand| {
        if modifier == FONT {
            let number = number16(operand, 0).map_or(0, usize::from);
            font = fonts.get(number).cloned().unwrap_or_default();
        }
    });
    let mut pattern = String::new();
    for character in String::from_utf16_lossy(&text).chars() {
        match u32::from(character) {
            // The number of a level stands where that level's counter is to be written.
            level @ 0..9 => pattern.push_str(&format!("%{}", level + 1)),
            _ => pattern.push(character),
        }
    }
    let level = Level {
        start: number32(bytes, 0)?,
        format: number_format(*bytes.get(4)?),
        text: pattern,
        restart_after: (flags & OWN_RESTART != 0).then_some(u32::from(*bytes.get(26)?)),
        plain_digits: flags & PLAIN_DIGITS != 0,
        style: None,
        font,
    };
    Some((level, text_at + 2 + 2 * text_length))
}

fn read_instances(numbering: &mut Numbering, table: &[u8], index: &Index, fonts: &[String]) -> Option<()> {
    const INSTANCE: usize = 16;
    const CHANGES_START: u32 = 0x10;
    const CHANGES_LEVEL: u32 = 0x20;
    if index.list_instances.length == 0 {
        return None;
    }
    let start = index.list_instances.start;
    let stated = usize::try_from(number32(table, start)?).ok()?;
    let first = start + 4;
    let count = stated.min(table.len().saturating_sub(first) / INSTANCE);
    let mut changes = first + INSTANCE * count;
    let mut are_changes_readable = true;
    for number in 0..count {
        let at = first + INSTANCE * number;
        let list = i64::from(number32(table, at)?);
        let mut changed = Vec::new();
        if are_changes_readable {
            changes += 4;
            for _ in 0..*table.get(at + 12)? {
                let (Some(begin), Some(flags)) = (number32(table, changes), number32(table, changes + 4)) else {
                    are_changes_readable = false;
                    break;
                };
                changes += 8;
                let mut level = None;
                if flags & CHANGES_LEVEL != 0 {
                    match table.get(changes..).and_then(|bytes| read_level(bytes, fonts)) {
                        Some((read, length)) => {
                            level = Some(read);
                            changes += length;
                        }
                        None => {
                            are_changes_readable = false;
                            break;
                        }
                    }
                }
                let begin = (flags & CHANGES_START != 0).then_some(begin);
                changed.push((usize::try_from(flags & 0xF).unwrap_or(0), begin, level));
            }
        }
        // Paragraphs count the uses from 1.
        numbering.add_instance(i64::try_from(number).ok()? + 1, list, changed);
    }
    Some(())
}

/// The format of a counter by its number, which later became the names of docx.
fn number_format(number: u8) -> NumberFormat {
    const NAMES: [&str; 40] = [
        "decimal",
        "upperRoman",
        "lowerRoman",
        "upperLetter",
        "lowerLetter",
        "ordinal",
        "cardinalText",
        "ordinalText",
        "hex",
        "chicago",
        "ideographDigital",
        "japaneseCounting",
        "aiueo",
        "iroha",
        "decimalFullWidth",
        "decimalHalfWidth",
        "japaneseLegal",
        "japaneseDigitalTenThousand",
        "decimalEnclosedCircle",
        "decimalFullWidth2",
        "aiueoFullWidth",
        "irohaFullWidth",
        "decimalZero",
        "bullet",
        "ganada",
        "chosung",
        "decimalEnclosedFullstop",
        "decimalEnclosedParen",
        "decimalEnclosedCircleChinese",
        "ideographEnclosedCircle",
        "ideographTraditional",
        "ideographZodiac",
        "ideographZodiacTraditional",
        "taiwaneseCounting",
        "ideographLegalTraditional",
        "taiwaneseCountingThousand",
        "taiwaneseDigital",
        "chineseCounting",
        "chineseLegalSimplified",
        "chineseCountingThousand",
    ];
    const IN_DASHES: u8 = 57;
    const NONE: u8 = 255;
    match number {
        IN_DASHES => NumberFormat::InDash,
        NONE => NumberFormat::None,
        _ => NumberFormat::from_word(NAMES.get(usize::from(number)).copied().unwrap_or("decimal")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_tells_how_its_label_is_written() {
        let mut bytes = vec![0; 28];
        bytes[0] = 1;
        bytes[4] = 39;
        bytes[25] = 2;
        bytes.extend([0, 0]);
        let text: Vec<u16> = "（\u{0}）".encode_utf16().collect();
        bytes.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
        bytes.extend(text.into_iter().flat_map(u16::to_le_bytes));
        bytes.push(9);
        let (level, length) = read_level(&bytes, &[]).unwrap();
        assert_eq!(length, bytes.len() - 1);
        assert_eq!((level.start, level.text.as_str()), (1, "（%1）"));
        assert_eq!(level.format, NumberFormat::ChineseCountingThousand);
    }
}
