//! Names of files as people send them: never a path, and never able to pass for another name on a screen.

use luoshi_ledger::evidence::LONGEST_EVIDENCE_NAME;

/// The last part of a path as some browsers send it, without characters that no name may have and not longer than a list can show.
pub fn bare_file_name(sent: &str) -> String {
    let name: String = sent
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|character| !character.is_control() && !turns_direction(*character))
        .collect();
    let name = name.trim();
    let length = name.chars().count();
    if length <= LONGEST_EVIDENCE_NAME {
        return name.to_owned();
    }
    // The end holds the ending, by which the sort is told.
    let head: String = name.chars().take(LONGEST_EVIDENCE_NAME - 20).collect();
    let tail: String = name.chars().skip(length - 19).collect();
    format!("{head}…{tail}")
}

/// Marks that turn the direction of what follows, by which `…xcod.exe` can be made to look like a document's name.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_only_a_name() {
        assert_eq!(bare_file_name("方案\u{202e}xcod.exe"), "方案xcod.exe");
        assert_eq!(bare_file_name("C:\\文件\\清单.csv"), "清单.csv");
        assert_eq!(bare_file_name("../../etc/passwd"), "passwd");
        assert_eq!(bare_file_name("a\r\nb\0.txt"), "ab.txt");
        assert_eq!(bare_file_name("  "), "");
        let kept = bare_file_name(&format!("{}.docx", "长".repeat(400)));
        assert_eq!(kept.chars().count(), LONGEST_EVIDENCE_NAME);
        assert!(kept.ends_with(".docx"));
    }
}
