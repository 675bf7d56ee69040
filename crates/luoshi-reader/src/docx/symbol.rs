//! Characters of symbol fonts, which Word stores as private code points: `F0B3` in Symbol is ≥.
//!
//! Only what plans and tables use is here; anything else is reported as lost and not guessed.

/// The Unicode character that a font draws at a private code point, or the code point itself where it is an ordinary one.
/// `None` where the character is not known.
pub(crate) fn from_font(font: &str, code: u32) -> Option<char> {
    let position = match code {
        0xF000..=0xF0FF => code - 0xF000,
        _ => return char::from_u32(code).filter(|character| !character.is_control() && !is_private(*character)),
    };
    match font {
        "Symbol" => symbol(position),
        "Wingdings" => wingdings(position),
        "Wingdings 2" => wingdings_2(position),
        _ if (0x20..0x7F).contains(&position) => char::from_u32(position),
        _ => None,
    }
}

/// A bullet as text: private characters of fonts become the shape that they draw, or a plain bullet.
pub(crate) fn bullet(font: &str, text: &str) -> String {
    text.chars()
        .map(|character| match character {
            _ if !is_private(character) => character,
            _ => from_font(font, u32::from(character)).unwrap_or('•'),
        })
        .collect()
}

fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}')
}

fn symbol(position: u32) -> Option<char> {
    Some(match position {
        0x2D => '−',
        0x40 => '≅',
        0x44 => 'Δ',
        0x53 => 'Σ',
        0x57 => 'Ω',
        0x61 => 'α',
        0x62 => 'β',
        0x6D => 'μ',
        0x70 => 'π',
        0xA2 => '′',
        0xA3 => '≤',
        0xA5 => '∞',
        0xAC => '←',
        0xAD => '↑',
        0xAE => '→',
        0xAF => '↓',
        0xB0 => '°',
        0xB1 => '±',
        0xB2 => '″',
        0xB3 => '≥',
        0xB4 => '×',
        0xB7 => '•',
        0xB8 => '÷',
        0xB9 => '≠',
        0xBA => '≡',
        0xBB => '≈',
        0xBC => '…',
        0xD0 => '∠',
        0xD6 => '√',
        0xD7 => '⋅',
        0x20..=0x3F | 0x5B | 0x5D | 0x7B..=0x7D => char::from_u32(position)?,
        _ => return None,
    })
}

fn wingdings(position: u32) -> Option<char> {
    Some(match position {
        0x6C => '●',
        0x6D => '○',
        0x6E => '■',
        0x6F | 0xA8 => '□',
        0x74 | 0x75 => '◆',
        0x76 => '❖',
        0x77 => '⬥',
        0x9F => '•',
        0xA7 => '▪',
        0xAB => '★',
        0xD8 => '➢',
        0xDF => '←',
        0xE0 => '→',
        0xE1 => '↑',
        0xE2 => '↓',
        0xE8 => '➔',
        0xFB => '✗',
        0xFC => '✓',
        0xFD => '☒',
        0xFE => '☑',
        // ① to ⑩, white and black.
        0x81..=0x8A => char::from_u32(u32::from('①') + position - 0x81)?,
        0x8C..=0x95 => char::from_u32(u32::from('❶') + position - 0x8C)?,
        _ => return None,
    })
}

fn wingdings_2(position: u32) -> Option<char> {
    Some(match position {
        0x4F => '✗',
        0x50 => '✓',
        0x51 | 0x53 => '☒',
        0x52 | 0x54 => '☑',
        0x2A | 0xA3 => '□',
        0x96 => '•',
        0x97 => '●',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_comparators_and_boxes() {
        assert_eq!(from_font("Symbol", 0xF0B3), Some('≥'));
        assert_eq!(from_font("Symbol", 0xF0A3), Some('≤'));
        assert_eq!(from_font("Wingdings", 0xF0FE), Some('☑'));
        assert_eq!(from_font("Wingdings 2", 0xF052), Some('☑'));
        assert_eq!(from_font("Wingdings", 0xF08A), Some('⑩'));
        assert_eq!(from_font("SimSun", 0x2103), Some('℃'));
    }

    #[test]
    fn guesses_nothing() {
        assert_eq!(from_font("Webdings", 0xF0FE), None);
        assert_eq!(from_font("SimSun", 0xE123), None);
        assert_eq!(from_font("SimSun", 0x7), None);
        assert_eq!(from_font("SimSun", 0xD800), None);
        assert_eq!(bullet("Wingdings", "\u{F06C}"), "●");
        assert_eq!(bullet("Unknown", "\u{F0FE}"), "•");
        assert_eq!(bullet("", "—"), "—");
    }
}
