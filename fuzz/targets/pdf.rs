//! Portable documents.

#![no_main]

use luoshi_fuzz::{check, let_caught_panics_unwind};

libfuzzer_sys::fuzz_target!(init: let_caught_panics_unwind(), |data: &[u8]| {
    if data.starts_with(b"%PDF-") {
        check(data, "a.pdf");
    } else {
        check(&[b"%PDF-1.7\n", data].concat(), "a.pdf");
    }
});
