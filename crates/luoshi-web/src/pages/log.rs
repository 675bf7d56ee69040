//! The transparency log as anybody may read and check it: an explanation, the key, the checkpoint and the tiles (C2SP tlog-tiles).
//!
//! Hashing, signing and integrating happen elsewhere.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use luoshi_app::{App, log_files};

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
const JSON: HeaderValue = HeaderValue::from_static("application/json");
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
    /// The address of the log below the site: `/log`, or `/log/2` for one that continues another.
    pub(crate) address: String,
    /// Addresses of the logs before it, which stand still.
    pub(crate) ended: Vec<String>,
    /// The address under which others reach the site; empty where nobody told.
    pub(crate) site: String,
}

/// What the log is and how to check it.
pub(crate) async fn show_log(visit: Visit<Anybody>) -> Answer {
    let app = visit.app();
    let standing = app.log_standing()?;
    let checkpoint = app.checkpoint().unwrap_or_default();
    show(&LogPage {
        frame: visit
            .frame(Place::Public)
            .under("public-plans", urls::PUBLIC)
            .headed("log"),
        origin: standing.origin,
        key: standing.verifier_key,
        size: size_of(&checkpoint),
        checkpoint,
        address: address_of(standing.number),
        ended: (1..standing.number).map(address_of).collect(),
        site: visit
            .settings()
            .public_url
            .as_deref()
            .map(|address| address.trim_end_matches('/').to_owned())
            .unwrap_or_default(),
    })
}

/// The address of the site's log with this number.
fn address_of(number: usize) -> String {
    if number <= 1 {
        urls::LOG.to_owned()
    } else {
        format!("{}/{number}", urls::LOG)
    }
}

/// The second line of a checkpoint: how many entries it covers.
fn size_of(checkpoint: &str) -> String {
    checkpoint.lines().nth(1).unwrap_or("0").to_owned()
}

/// The latest signed checkpoint of the site's first log.
pub(crate) async fn checkpoint(visit: Visit<Anybody>) -> Answer {
    checkpoint_of(visit.app(), 1)
}

fn checkpoint_of(app: &App, number: usize) -> Answer {
    let note = app.log_checkpoint(number)?.ok_or(Failure::NotFound)?;
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

/// Every key that signed for the site's logs.
pub(crate) async fn keys(visit: Visit<Anybody>) -> Answer {
    Ok(keys_of(visit.app()))
}

fn keys_of(app: &App) -> Response {
    kept(PLAIN_TEXT, KEEP_CHECKPOINT, app.key_history())
}

/// A tile or a bundle of entries of the site's first log.
pub(crate) async fn tile(visit: Visit<Anybody>, At(path): At<String>) -> Answer {
    tile_of(visit.app(), 1, &format!("tile/{path}"))
}

fn tile_of(app: &App, number: usize, path: &str) -> Answer {
    let bytes = app.log_tile(number, path)?.ok_or(Failure::NotFound)?;
    Ok(kept(BYTES, KEEP_TILE, bytes))
}

/// A file of a log that continues the first one: the same names below the number of the log.
pub(crate) async fn later(visit: Visit<Anybody>, At(path): At<String>) -> Answer {
    let app = visit.app();
    let (number, name) = path.split_once('/').ok_or(Failure::NotFound)?;
    // A log has one address; the first one's has no number.
    let number: usize = number
        .parse()
        .ok()
        .filter(|parsed: &usize| *parsed > 1 && parsed.to_string() == number)
        .ok_or(Failure::NotFound)?;
    match name {
        log_files::CHECKPOINT => checkpoint_of(app, number),
        log_files::KEYS if number <= app.log_count() => Ok(keys_of(app)),
        "begin.json" => {
            let beginning = app.log_beginning(number)?.ok_or(Failure::NotFound)?;
            Ok(kept(JSON, KEEP_CHECKPOINT, beginning))
        }
        tile => tile_of(app, number, tile),
    }
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
