//! A page of an OFD, or the whole container.

#![no_main]

use luoshi_fuzz::{check, ofd};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        check(data, "a.ofd");
    } else {
        check(&ofd(data), "a.ofd");
    }
});
