//! Documents of Word 97 to 2003, the container and all that is in it.

#![no_main]

use luoshi_fuzz::check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if data.starts_with(SIGNATURE) {
        check(data, "a.doc");
    } else {
        check(&[SIGNATURE, data].concat(), "a.doc");
    }
});
