//! Portable documents.

#![no_main]

use luoshi_fuzz::check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"%PDF-") {
        check(data, "a.pdf");
    } else {
        check(&[b"%PDF-1.7\n", data].concat(), "a.pdf");
    }
});
