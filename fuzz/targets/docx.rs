//! The main part of a word processing document, or the whole container.

#![no_main]

use luoshi_fuzz::{check, docx};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        check(data, "a.docx");
    } else {
        check(&docx(data), "a.docx");
    }
});
