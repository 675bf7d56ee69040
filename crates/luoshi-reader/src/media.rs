//! What sort of file something is that people hand on and nobody reads here: told by its first bytes and its name together, from a list of
//! sorts that offices use. Programs, scripts and pages are not on it.
//!
//! It opens nothing, so it cannot say what is inside a container: a scanner of viruses does.

use crate::sniff::{Sniffed, sniff};

/// How many bytes of the beginning are asked for; fewer serve where the file is shorter.
pub const MEDIA_HEAD: usize = 8192;

/// Why a file is not of a sort that is handed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaRefusal {
    /// A program, a script or a page, by its bytes or its name: something that a double click runs.
    #[error("a program, a script or a page")]
    Active,
    /// The ending of the name is none of [`MEDIA_ENDINGS`].
    #[error("the ending of the name is not on the list")]
    UnknownEnding,
    /// The bytes are not of the sort that the name says.
    #[error("the bytes are not what the name says")]
    NotWhatItSays,
}

/// How the bytes of a sort begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    Pdf,
    Zip,
    CompoundFile,
    /// A picture, by the media type that its magic number stands for.
    Picture(&'static str),
    Text,
}

/// A sort of file: endings of names, media type, how its bytes begin.
type Sort = (&'static [&'static str], &'static str, Beginning);

const SORTS: &[Sort] = &[
    (&["pdf"], "application/pdf", Beginning::Pdf),
    (&["ofd"], "application/ofd", Beginning::Zip),
    (
        &["docx"],
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Beginning::Zip,
    ),
    (
        &["xlsx"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Beginning::Zip,
    ),
    (
        &["pptx"],
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Beginning::Zip,
    ),
    (&["doc"], "application/msword", Beginning::CompoundFile),
    (&["xls"], "application/vnd.ms-excel", Beginning::CompoundFile),
    (&["ppt"], "application/vnd.ms-powerpoint", Beginning::CompoundFile),
    (&["wps"], "application/wps-office.wps", Beginning::CompoundFile),
    (&["et"], "application/wps-office.et", Beginning::CompoundFile),
    (&["dps"], "application/wps-office.dps", Beginning::CompoundFile),
    (&["txt"], "text/plain", Beginning::Text),
    (&["csv"], "text/csv", Beginning::Text),
    (&["jpg", "jpeg"], "image/jpeg", Beginning::Picture("image/jpeg")),
    (&["png"], "image/png", Beginning::Picture("image/png")),
    (&["gif"], "image/gif", Beginning::Picture("image/gif")),
    (&["bmp"], "image/bmp", Beginning::Picture("image/bmp")),
    (&["webp"], "image/webp", Beginning::Picture("image/webp")),
    (&["tif", "tiff"], "image/tiff", Beginning::Picture("image/tiff")),
    (&["heic"], "image/heic", Beginning::Picture("image/heif")),
];

/// The endings of names that are taken, for people to read and for the list of a file chooser.
pub const MEDIA_ENDINGS: &[&str] = &[
    "pdf", "ofd", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et", "dps", "txt", "csv", "jpg", "jpeg", "png",
    "gif", "bmp", "webp", "tif", "tiff", "heic",
];

/// Endings of what a double click runs, so that the refusal can say so; whatever else is not on the list is refused as well.
const ACTIVE_ENDINGS: &[&str] = &[
    "exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "jar", "apk",
    "sh", "py", "pl", "rb", "php", "lnk", "reg", "htm", "html", "xhtml", "mht", "mhtml", "svg", "xml", "docm", "xlsm",
    "pptm", "chm", "iso", "img",
];

/// The media type of a file that begins with `head` (its first [`MEDIA_HEAD`] bytes) and is called `name`.
///
/// # Errors
/// [`MediaRefusal`]; a file is of a sort only where bytes and name agree.
pub fn media_type(head: &[u8], name: &str) -> Result<&'static str, MediaRefusal> {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase())
        .unwrap_or_default();
    if is_active(head, name) || ACTIVE_ENDINGS.contains(&ending.as_str()) {
        return Err(MediaRefusal::Active);
    }
    let (_, media_type, beginning) = SORTS
        .iter()
        .find(|(endings, _, _)| endings.contains(&ending.as_str()))
        .ok_or(MediaRefusal::UnknownEnding)?;
    if begins_as(head, name, *beginning) {
        Ok(media_type)
    } else {
        Err(MediaRefusal::NotWhatItSays)
    }
}

fn begins_as(head: &[u8], name: &str, beginning: Beginning) -> bool {
    match beginning {
        Beginning::Pdf => head.starts_with(b"%PDF-"),
        Beginning::Zip => head.starts_with(b"PK\x03\x04"),
        Beginning::CompoundFile => head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        Beginning::Picture(expected) => infer::get(head).is_some_and(|found| found.mime_type() == expected),
        Beginning::Text => matches!(sniff(head, name), Sniffed::Text | Sniffed::Markdown),
    }
}

/// Whether the bytes are a program, a script or a page, whatever the name says.
fn is_active(head: &[u8], name: &str) -> bool {
    // A sentence may begin with the two letters of a magic number, so text is asked for marks of scripts and pages only.
    if matches!(sniff(head, name), Sniffed::Text | Sniffed::Markdown) {
        return head.starts_with(b"#!");
    }
    let is_page = matches!(
        sniff(head, name),
        Sniffed::Html
            | Sniffed::Refused {
                format: "xml" | "mht",
                ..
            }
    );
    is_page || infer::get(head).is_some_and(|found| found.matcher_type() == infer::MatcherType::App)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0";
    const ELF: &[u8] = &[
        0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0";

    #[track_caller]
    fn check(head: &[u8], name: &str, expected: Result<&str, MediaRefusal>) {
        assert_eq!(media_type(head, name), expected, "{name}");
    }

    #[test]
    fn takes_what_offices_hand_on() {
        check(b"%PDF-1.7\n", "报告.PDF", Ok("application/pdf"));
        check(
            b"PK\x03\x04\x14\0",
            "表.xlsx",
            Ok("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        );
        check(COMPOUND, "文.wps", Ok("application/wps-office.wps"));
        check(PNG, "图.png", Ok("image/png"));
        check("项目,投资\n公路,3\n".as_bytes(), "清单.csv", Ok("text/csv"));
        check(b"\xCF\xEE\xC4\xBF\n", "清单.txt", Ok("text/plain"));
        check(b"\xFF\xFEa\0b\0", "清单.txt", Ok("text/plain"));
        check("MZ 一、总体要求".as_bytes(), "说明.txt", Ok("text/plain"));
    }

    #[test]
    fn refuses_what_runs() {
        for (head, name) in [
            (EXE, "报告.pdf"),
            (EXE, "报告.pdf.exe"),
            (ELF, "清单.txt"),
            (b"#!/bin/sh\nrm -rf /\n", "清单.txt"),
            (b"<!DOCTYPE html><script>alert(1)</script>", "清单.txt"),
            (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "图.png"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图.svg"),
            (b"plain words", "a.bat"),
            (b"PK\x03\x04", "a.docm"),
        ] {
            check(head, name, Err(MediaRefusal::Active));
        }
    }

    #[test]
    fn refuses_what_is_not_on_the_list_or_not_what_it_says() {
        check(b"PK\x03\x04", "一包.zip", Err(MediaRefusal::UnknownEnding));
        check(b"Rar!\x1A\x07\0", "一包.rar", Err(MediaRefusal::UnknownEnding));
        check(b"words", "没有后缀", Err(MediaRefusal::UnknownEnding));
        check(PNG, "图.jpg", Err(MediaRefusal::NotWhatItSays));
        check(b"words", "报告.pdf", Err(MediaRefusal::NotWhatItSays));
        check(COMPOUND, "表.xlsx", Err(MediaRefusal::NotWhatItSays));
        check(&[0; 64], "清单.csv", Err(MediaRefusal::NotWhatItSays));
    }

    #[test]
    fn the_endings_that_are_told_are_the_ones_that_are_taken() {
        let endings: Vec<&str> = SORTS
            .iter()
            .flat_map(|(endings, _, _)| endings.iter().copied())
            .collect();
        assert_eq!(endings, MEDIA_ENDINGS);
    }
}
