//! Tells the format of a file from its bytes. The name is asked only where the bytes leave a choice; nothing is decoded in full here.

use luoshi_types::DiagnosticCode;

use crate::encoding;

/// What the bytes are, as far as their beginning tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// A zip container; which one its parts will tell.
    Zip,
    /// A portable document.
    #[cfg(feature = "pdf")]
    Pdf,
    /// A document of Word 97 to 2003.
    #[cfg(feature = "legacy-doc")]
    Doc,
    /// A page of HTML.
    Html,
    /// Text in some encoding.
    Text,
    /// The same, with the marks of Markdown.
    Markdown,
    /// Something that holds no text which could be read here.
    Refused {
        /// Why.
        code: DiagnosticCode,
        /// The format by its usual file name extension; empty where it is not known.
        format: &'static str,
    },
}

/// Bytes at the start that decide.
const HEAD: usize = 4096;

pub(crate) fn sniff(bytes: &[u8], name: &str) -> Sniffed {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let refused = |code, format| Sniffed::Refused { code, format };

    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Sniffed::Zip;
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return compound_file(bytes);
    }
    if head.starts_with(b"%PDF-") {
        #[cfg(feature = "pdf")]
        return Sniffed::Pdf;
        #[cfg(not(feature = "pdf"))]
        return refused(DiagnosticCode::UnsupportedFormat, "pdf");
    }
    if head.starts_with(b"{\\rtf") {
        return refused(DiagnosticCode::UnsupportedFormat, "rtf");
    }

    let mark = encoding::byte_order_mark(bytes);
    if mark.is_none()
        && !looks_like_text(head)
        && let Some(refusal) = by_magic_number(head)
    {
        return refusal;
    }

    let sample = match mark {
        Some((stated, length)) => encoding::decode(head.get(length..).unwrap_or_default(), stated),
        None => encoding::decode(head, encoding::detect(head)),
    };
    // In sound UTF-8 they are bytes that were taken for characters once, which is garbled text and not binary.
    let is_utf_8 = sample.encoding == encoding_rs::UTF_8 && sample.replaced <= 1;
    // The head may end inside a character, which is no damage.
    let controls = sample
        .text
        .chars()
        .filter(|character| is_binary_control(*character) && !(is_utf_8 && is_upper_control(*character)))
        .count();
    let lost = sample.replaced.saturating_sub(1) + controls;
    if lost * 50 > sample.text.chars().count() {
        return refused(DiagnosticCode::UnknownFormat, "");
    }
    by_markup(&sample.text, name)
}

/// OLE compound files are told apart by the names of their streams, which stand in the directory as UTF-16.
fn compound_file(bytes: &[u8]) -> Sniffed {
    let holds = |name: &str| {
        let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // Directory entries are 128 bytes long and aligned, and begin with the name.
        bytes.chunks(128).any(|entry| entry.starts_with(&wanted))
    };
    let (code, format) = if holds("EncryptedPackage") {
        (DiagnosticCode::EncryptedFile, "docx")
    } else if holds("WordDocument") {
        #[cfg(feature = "legacy-doc")]
        return Sniffed::Doc;
        #[cfg(not(feature = "legacy-doc"))]
        (DiagnosticCode::UnsupportedFormat, "doc")
    } else if holds("Workbook") || holds("Book") {
        (DiagnosticCode::UnsupportedFormat, "xls")
    } else if holds("PowerPoint Document") {
        (DiagnosticCode::UnsupportedFormat, "ppt")
    } else {
        (DiagnosticCode::UnsupportedFormat, "ole")
    };
    Sniffed::Refused { code, format }
}

/// Whether the beginning could be text in an encoding that extends ASCII. Magic numbers of two letters (`BM`, `MZ`) are not
/// asked then, since a sentence may begin with them.
fn looks_like_text(head: &[u8]) -> bool {
    !head
        .iter()
        .any(|byte| matches!(byte, 0x00..=0x08 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F))
}

fn is_upper_control(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9F}')
}

fn is_binary_control(character: char) -> bool {
    character.is_control()
        && !matches!(
            character,
            '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{1A}' | '\u{1B}' | '\u{85}'
        )
}

fn by_magic_number(head: &[u8]) -> Option<Sniffed> {
    let found = infer::get(head)?;
    let code = match found.matcher_type() {
        infer::MatcherType::Image => DiagnosticCode::PictureFile,
        infer::MatcherType::Archive => DiagnosticCode::ArchiveFile,
        infer::MatcherType::Doc | infer::MatcherType::Book => DiagnosticCode::UnsupportedFormat,
        infer::MatcherType::Text => return None,
        _ => DiagnosticCode::UnknownFormat,
    };
    Some(Sniffed::Refused {
        code,
        format: found.extension(),
    })
}

fn by_markup(text: &str, name: &str) -> Sniffed {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    let start = text.trim_start();
    let lower: String = start.chars().take(1024).collect::<String>().to_ascii_lowercase();

    if lower.starts_with("<?xml") && !lower.contains("<html") && !lower.contains("<!doctype html") {
        return Sniffed::Refused {
            code: DiagnosticCode::UnsupportedFormat,
            format: "xml",
        };
    }
    if lower.starts_with("mime-version:") && lower.contains("multipart/related") {
        return Sniffed::Refused {
            code: DiagnosticCode::UnsupportedFormat,
            format: "mht",
        };
    }
    let begins_with_any = |tags: &[&str]| tags.iter().any(|tag| begins_with_tag(&lower, tag));
    if begins_with_any(&["<!doctype", "<html", "<head", "<body", "<?xml"]) {
        return Sniffed::Html;
    }
    let names_html = matches!(extension, "html" | "htm" | "xhtml" | "shtml");
    let names_text = matches!(extension, "txt" | "md" | "markdown" | "text" | "csv");
    // A fragment without a head, as a content system stores it. Markdown may begin in the same way.
    const FRAGMENT: [&str; 16] = [
        "<meta", "<title", "<style", "<script", "<table", "<div", "<p", "<h1", "<h2", "<h3", "<span", "<article",
        "<section", "<ol", "<ul", "<!--",
    ];
    if !names_text && (begins_with_any(&FRAGMENT) || (names_html && lower.contains('<'))) {
        return Sniffed::Html;
    }
    if matches!(extension, "md" | "markdown") {
        return Sniffed::Markdown;
    }
    Sniffed::Text
}

fn begins_with_tag(text: &str, tag: &str) -> bool {
    text.strip_prefix(tag).is_some_and(|rest| {
        tag == "<!--"
            || rest.is_empty()
            || rest.starts_with(|next: char| next == '>' || next == '/' || next.is_whitespace())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: DiagnosticCode, format: &'static str) -> Sniffed {
        Sniffed::Refused { code, format }
    }

    #[test]
    fn tells_pictures_from_sentences_that_begin_alike() {
        assert_eq!(
            sniff(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "a.txt"),
            refused(DiagnosticCode::PictureFile, "png")
        );
        assert_eq!(
            sniff(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0", "a"),
            refused(DiagnosticCode::PictureFile, "bmp")
        );
        assert_eq!(sniff("BM25 是一种排序方法".as_bytes(), "a"), Sniffed::Text);
        assert_eq!(sniff("MZ 一、总体要求".as_bytes(), "a"), Sniffed::Text);
    }

    #[test]
    fn tells_compound_files_apart() {
        let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        file.resize(1024, 0);
        assert_eq!(sniff(&file, "a.doc"), refused(DiagnosticCode::UnsupportedFormat, "ole"));
        let mut entry: Vec<u8> = "WordDocument".encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(128, 0);
        file.extend(&entry);
        #[cfg(feature = "legacy-doc")]
        let doc = Sniffed::Doc;
        #[cfg(not(feature = "legacy-doc"))]
        let doc = refused(DiagnosticCode::UnsupportedFormat, "doc");
        assert_eq!(sniff(&file, "a.txt"), doc);
        let mut entry: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(128, 0);
        file.extend(&entry);
        assert_eq!(sniff(&file, "a.docx"), refused(DiagnosticCode::EncryptedFile, "docx"));
    }

    #[test]
    fn asks_the_name_only_for_a_choice() {
        assert_eq!(sniff(b"<!DOCTYPE html><p>x", "a.txt"), Sniffed::Html);
        assert_eq!(sniff(b"<?xml version='1.0'?><html xmlns='x'>", "a"), Sniffed::Html);
        assert_eq!(
            sniff(b"<?xml version='1.0'?><w:wordDocument/>", "a.xml"),
            refused(DiagnosticCode::UnsupportedFormat, "xml")
        );
        assert_eq!(sniff(b"<p align=center>x</p>", "a"), Sniffed::Html);
        assert_eq!(sniff(b"<p align=center>x</p>", "README.md"), Sniffed::Markdown);
        assert_eq!(sniff(b"plain <b>x</b>", "a.html"), Sniffed::Html);
        assert_eq!(sniff(b"plain <b>x</b>", "a"), Sniffed::Text);
        assert_eq!(sniff(b"<plan>", "a"), Sniffed::Text);
    }

    #[test]
    fn refuses_binary_without_a_magic_number() {
        let bytes: Vec<u8> = (0..2000u32)
            .map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        assert_eq!(sniff(&bytes, "a.txt"), refused(DiagnosticCode::UnknownFormat, ""));
        assert_eq!(sniff(&[0; 512], "a.txt"), refused(DiagnosticCode::UnknownFormat, ""));
    }
}
