//! The page of a failure: what happened, why, and what to do next. It shows no cause that only the program's records may hold.

use std::any::Any;

use askama::Template;
use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    failure::Failure,
    frame::{Frame, Place},
    urls,
    visitor::Visitor,
};

#[derive(Template)]
#[template(path = "error/page.html")]
pub(crate) struct ErrorPage {
    frame: Frame,
    why: String,
    next: String,
    link: &'static str,
    link_label: String,
    /// Number under which the fault stands in the program's records; empty where it is not recorded.
    incident: String,
}

impl ErrorPage {
    pub(crate) fn of(failure: &Failure, frame: Frame, request_id: &str) -> Self {
        let code = failure.code();
        let (why, next) = match failure {
            Failure::Refused(refusal) => {
                let key = format!("refusal-{}", refusal.code());
                (frame.say(&key), frame.say(&format!("{key}.next")))
            }
            _ => (
                frame.say(&format!("error-{code}.why")),
                frame.say(&format!("error-{code}.next")),
            ),
        };
        let signed_in = frame.person.is_some();
        let link = if signed_in { urls::HOME } else { urls::SIGN_IN };
        Self {
            why,
            next,
            link,
            link_label: frame.say(if signed_in { "go-home" } else { "go-sign-in" }),
            incident: match failure {
                Failure::Internal(_) | Failure::Unavailable => request_id.to_owned(),
                _ => String::new(),
            },
            frame: frame.titled(&format!("error-{code}")),
        }
    }
}

/// The page for `failure` as `visitor` reads it.
pub(crate) fn page(visitor: &Visitor, failure: &Failure) -> Response {
    if let Failure::Internal(cause) = failure {
        tracing::error!(request = %visitor.request_id, path = visitor.uri.path(), cause, "a request failed");
    }
    let page = ErrorPage::of(failure, Frame::new(visitor, Place::Nowhere), &visitor.request_id);
    let mut response = match page.render() {
        Ok(text) => (failure.status(), Html(text)).into_response(),
        Err(error) => {
            tracing::error!(request = %visitor.request_id, %error, "the page of an error could not be rendered");
            failure.status().into_response()
        }
    };
    if let Some(seconds) = failure.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The answer itself, or the page of the failure that it carries or stands for.
pub(crate) fn with_page(visitor: &Visitor, mut response: Response) -> Response {
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        None if has_own_page(&response) => return response,
        None => match Failure::of_status(response.status()) {
            Some(failure) => failure,
            None => return response,
        },
    };
    page(visitor, &failure)
}

/// Whether an answer was written by a page of the site rather than by the framework, which answers with plain text or nothing.
fn has_own_page(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| !kind.starts_with("text/plain"))
}

/// The answer to a request whose handler panicked.
pub(crate) fn of_panic(cause: Box<dyn Any + Send>) -> Response<Body> {
    let words = cause
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned());
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response
        .extensions_mut()
        .insert(Failure::Internal(format!("panic: {words}")));
    response
}

/// Every kind of failure as a page.
#[cfg(test)]
pub(crate) fn samples(language: luoshi_types::Language) -> Vec<(&'static str, String)> {
    use luoshi_ledger::refusal::Refusal;

    use crate::gallery::{frame, render};

    [
        Failure::NotFound,
        Failure::NotYet,
        Failure::NoSuchDay,
        Failure::FutureDay,
        Failure::Preparing,
        Failure::WrongMethod,
        Failure::Forbidden,
        Failure::CrossSite,
        Failure::StaleForm,
        Failure::BadRequest,
        Failure::Refused(Refusal::ReportUnderWay),
        Failure::Conflict,
        Failure::KeyReused,
        Failure::TooLarge,
        Failure::Busy,
        Failure::Unavailable,
        Failure::Internal("cause".to_owned()),
    ]
    .iter()
    .map(|failure| {
        let frame = frame(language, &[], Place::Nowhere);
        (failure.code(), render(&ErrorPage::of(failure, frame, "r000001")))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use luoshi_types::Language;

    use super::*;
    use crate::gallery::visitor;

    fn text(response: Response) -> String {
        let body = block_on(axum::body::to_bytes(response.into_body(), usize::MAX));
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    }

    /// The body of a page is in memory, so that a runtime without any driver reads it.
    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn a_panic_becomes_a_page_with_a_number_and_without_its_words() {
        let visitor = visitor(Language::Chinese, &[]);
        let response = with_page(&visitor, of_panic(Box::new("index 7 of a secret")));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let page = text(response);
        assert!(
            page.contains(&visitor.request_id) && !page.contains("index 7"),
            "{page}"
        );
    }

    #[test]
    fn what_passes_says_when_to_come_back() {
        let visitor = visitor(Language::Chinese, &[]);
        for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::REQUEST_TIMEOUT] {
            let response = with_page(&visitor, status.into_response());
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        }
        let response = with_page(&visitor, Failure::Unavailable.into_response());
        assert!(text(response).contains(&visitor.request_id));
    }

    #[test]
    fn an_answer_with_a_page_of_its_own_is_left_alone() {
        let visitor = visitor(Language::Chinese, &[]);
        let own = (StatusCode::UNPROCESSABLE_ENTITY, Html("own")).into_response();
        assert_eq!(text(with_page(&visitor, own)), "own");
        let fine = with_page(&visitor, "fine".into_response());
        assert_eq!(text(fine), "fine");
    }
}
