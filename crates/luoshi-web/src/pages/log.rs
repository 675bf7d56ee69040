//! The transparency log as anybody may read and check it: an explanation, the key, the checkpoint and the tiles (C2SP tlog-tiles).
//!
//! Hashing, signing and integrating happen elsewhere.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::show;
use crate::{
    access::{Anybody, Visit},
    at::At,
    failure::{Answer, Failure},
    frame::{Frame, Place},
    urls,
};

/// A checkpoint is replaced with every integration, so it is kept for seconds only.
const KEEP_CHECKPOINT: HeaderValue = HeaderValue::from_static("public, max-age=5");
/// The bytes of a tile never change once it exists, whether it is full or not.
const KEEP_TILE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The key lasts as long as the log; a day bounds how long a stale copy could be believed after a new beginning.
const KEEP_KEY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// What the log is and how to check it.
#[derive(Template)]
#[template(path = "log/log.html")]
pub(crate) struct LogPage {
    pub(crate) frame: Frame,
    pub(crate) origin: String,
    pub(crate) key: String,
    /// The signed checkpoint; empty while nothing was recorded.
    pub(crate) checkpoint: String,
    /// Number of entries under the checkpoint.
    pub(crate) size: String,
    /// The address under which others reach the site; empty where nobody told.
    pub(crate) site: String,
}

/// What the log is and how to check it.
pub(crate) async fn show_log(visit: Visit<Anybody>) -> Answer {
    let app = visit.app();
    let checkpoint = app.checkpoint().unwrap_or_default();
    show(&LogPage {
        frame: visit
            .frame(Place::Public)
            .under("public-plans", urls::PUBLIC)
            .headed("log"),
        origin: app.log_origin().to_owned(),
        key: app.log_verifier_key(),
        size: size_of(&checkpoint),
        checkpoint,
        site: visit
            .settings()
            .public_url
            .as_deref()
            .map(|address| address.trim_end_matches('/').to_owned())
            .unwrap_or_default(),
    })
}

/// The second line of a checkpoint: how many entries it covers.
fn size_of(checkpoint: &str) -> String {
    checkpoint.lines().nth(1).unwrap_or("0").to_owned()
}

/// The latest signed checkpoint.
pub(crate) async fn checkpoint(visit: Visit<Anybody>) -> Answer {
    let note = visit.app().checkpoint().ok_or(Failure::NotFound)?;
    Ok(kept(PLAIN_TEXT, KEEP_CHECKPOINT, note))
}

/// The public key of the log, as verifiers read it.
pub(crate) async fn key(visit: Visit<Anybody>) -> Answer {
    Ok(kept(
        PLAIN_TEXT,
        KEEP_KEY,
        format!("{}\n", visit.app().log_verifier_key()),
    ))
}

/// A tile or a bundle of entries.
pub(crate) async fn tile(visit: Visit<Anybody>, At(path): At<String>) -> Answer {
    let bytes = visit
        .app()
        .log_tile(&format!("tile/{path}"))?
        .ok_or(Failure::NotFound)?;
    Ok(kept(BYTES, KEEP_TILE, bytes))
}

fn kept(kind: HeaderValue, keep: HeaderValue, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_stands_in_the_second_line() {
        assert_eq!(size_of("luoshi/1\n42\nroot\n\n— luoshi/1 sig\n"), "42");
        assert_eq!(size_of(""), "0");
    }
}
