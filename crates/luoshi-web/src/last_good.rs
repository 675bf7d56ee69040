//! The last good answers of public addresses, shown again with their age while the data cannot be reached: a promise does not vanish because
//! a database server does.
//!
//! Only what everybody may read is kept, and only under addresses that exist, so nobody can fill it with inventions. Where several processes
//! serve one site, one of them learns that something was withheld when it is next asked for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use jiff::Timestamp;
use luoshi_types::Language;

use crate::{language::say, urls, visitor::Visitor};

/// The largest answer that is kept, in bytes. Whole exports are larger and can wait.
const LARGEST_ANSWER: u64 = 256 * 1024;
/// All answers together, in bytes.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Where a page of HTML says that it is old: before what it is about. The layout has it once.
const BEFORE_CONTENT: &str = "<main id=\"main\" tabindex=\"-1\">";

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    path: String,
    language: &'static str,
    large_text: bool,
}

impl Key {
    /// The key of what a visitor asks for; none where it is not public, or a search whose answers are without number.
    pub(crate) fn of(visitor: &Visitor) -> Option<Self> {
        let path = visitor.uri.path();
        let is_public = path
            .strip_prefix(urls::PUBLIC)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let asks_no_more = visitor
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .all(|pair| pair.is_empty() || pair.starts_with("lang=") || pair.starts_with("text="));
        (is_public && asks_no_more && visitor.method == Method::GET).then(|| Self {
            path: path.to_owned(),
            language: visitor.language.code(),
            large_text: visitor.large_text,
        })
    }
}

struct Kept {
    headers: HeaderMap,
    body: Bytes,
    at: Timestamp,
}

/// The answers, each as it was when it was last good.
#[derive(Default)]
pub(crate) struct LastGood {
    answers: Mutex<BTreeMap<Key, Kept>>,
}

impl LastGood {
    /// Keeps a good answer on its way out, and puts the kept one in the place of an answer that the data could not be reached for.
    pub(crate) async fn pass(&self, key: Key, language: Language, now: Timestamp, response: Response) -> Response {
        match response.status() {
            StatusCode::OK => self.keep(key, now, response).await,
            StatusCode::SERVICE_UNAVAILABLE => self.show(&key, language, now).unwrap_or(response),
            _ => {
                // What is no longer there, or no longer public, is not shown again either.
                self.lock().remove(&key);
                response
            }
        }
    }

    /// Forgets every answer, for what is public has changed.
    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Kept>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kept answer, saying how old it is.
    pub(crate) fn show(&self, key: &Key, language: Language, now: Timestamp) -> Option<Response> {
        let answers = self.lock();
        let kept = answers.get(key)?;
        let age = now.as_second().saturating_sub(kept.at.as_second()).max(0);
        let body = match std::str::from_utf8(&kept.body) {
            Ok(page) if page.contains(BEFORE_CONTENT) => {
                let notice = format!(
                    "{BEFORE_CONTENT}\n<p class=\"notice\" role=\"status\">{}</p>",
                    say(language, "last-good")
                );
                Body::from(page.replacen(BEFORE_CONTENT, &notice, 1))
            }
            _ => Body::from(kept.body.clone()),
        };
        let mut response = Response::new(body);
        *response.headers_mut() = kept.headers.clone();
        // The length that was kept is that of the page without the notice; the server counts again.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::AGE, HeaderValue::from(age));
        Some(response)
    }

    async fn keep(&self, key: Key, now: Timestamp, response: Response) -> Response {
        let is_small = response
            .body()
            .size_hint()
            .upper()
            .is_some_and(|size| size <= LARGEST_ANSWER);
        if !is_small || response.headers().contains_key(header::SET_COOKIE) {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LARGEST_ANSWER as usize).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let mut answers = self.lock();
        let kept = Kept {
            headers: parts.headers.clone(),
            body: body.clone(),
            at: now,
        };
        answers.insert(key, kept);
        let mut bytes: usize = answers.values().map(|kept| kept.body.len()).sum();
        while bytes > MOST_BYTES {
            let oldest = answers
                .iter()
                .min_by_key(|(_, kept)| kept.at)
                .map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| answers.remove(&key)) else {
                break;
            };
            bytes -= gone.body.len();
        }
        Response::from_parts(parts, Body::from(body))
    }
}
