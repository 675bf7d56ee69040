//! The pages, one module a noun; each holds the handlers and the structs that its templates show.
//!
//! A handler asks the application and fills a struct. It holds no rule of the ledger and no text for people.

pub(crate) mod document;
pub(crate) mod erasure;
pub(crate) mod error;
pub(crate) mod evidence;
pub(crate) mod home;
pub(crate) mod job;
pub(crate) mod ledger;
pub(crate) mod log;
mod marked_text;
pub(crate) mod missing;
pub(crate) mod organisation;
pub(crate) mod plan;
pub(crate) mod public;
pub(crate) mod receipt;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod static_file;
pub(crate) mod task;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::failure::{Answer, Failure};

/// The page, or a piece of one, as text.
pub(crate) fn written(page: &impl Template) -> Result<String, Failure> {
    page.render()
        .map_err(|error| Failure::Internal(format!("a template failed: {error}")))
}

/// The page as an answer with a status.
pub(crate) fn show_with(status: StatusCode, page: &impl Template) -> Answer {
    Ok((status, Html(written(page)?)).into_response())
}

/// The page.
pub(crate) fn show(page: &impl Template) -> Answer {
    show_with(StatusCode::OK, page)
}

/// The page of a form that could not be taken as it is: the same page, with its values and what is wrong with them.
pub(crate) fn show_again(page: &impl Template) -> Answer {
    show_with(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// The way from a form to the page that shows what it did.
pub(crate) fn lead_to(address: &str) -> Response {
    Redirect::to(address).into_response()
}
