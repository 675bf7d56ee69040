//! Pages.

#![no_main]

use luoshi_fuzz::check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check(data, "a.html");
    check(&[b"<!doctype html>", data].concat(), "a.html");
});
