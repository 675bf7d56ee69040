//! Any text through the parser.

#![no_main]

use luoshi_fuzz::check_parse;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check_parse(&String::from_utf8_lossy(data));
});
