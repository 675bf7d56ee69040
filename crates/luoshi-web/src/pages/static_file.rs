//! The two files that pages load: the stylesheet and the mark. Both are part of the program.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    access::{Anybody, Visit},
    urls,
};

const STYLESHEET_TEXT: &str = include_str!("../../static/luoshi.css");
const MARK_TEXT: &str = include_str!("../../static/mark.svg");

/// A year: the address of the stylesheet changes with its content.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A day: the mark has one address for ever.
const KEEP_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Tells one content of a file from another in its address. It protects nothing, so a short checksum does (FNV-1a).
const fn checksum(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut sum = 0x811c_9dc5_u32;
    let mut at = 0;
    while at < bytes.len() {
        sum = (sum ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    sum
}

const STYLESHEET_CHECKSUM: u32 = checksum(STYLESHEET_TEXT);

pub(crate) fn stylesheet_address() -> String {
    format!("{}?v={STYLESHEET_CHECKSUM:08x}", urls::STYLESHEET)
}

pub(crate) async fn stylesheet(_visit: Visit<Anybody>) -> Response {
    answer("text/css; charset=utf-8", KEEP, STYLESHEET_TEXT)
}

pub(crate) async fn mark(_visit: Visit<Anybody>) -> Response {
    answer("image/svg+xml", KEEP_A_DAY, MARK_TEXT)
}

fn answer(kind: &'static str, keep: HeaderValue, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, keep),
    ];
    (headers, text).into_response()
}
