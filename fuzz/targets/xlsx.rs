//! A sheet of a workbook, or the whole container.

#![no_main]

use luoshi_fuzz::{check, xlsx};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        check(data, "a.xlsx");
    } else {
        check(&xlsx(data), "a.xlsx");
    }
});
