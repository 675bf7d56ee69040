//! Open data over HTTP: addresses that end in `.json` or `.csv`, and the page that explains the fields.
//!
//! What the data hold is made by the application.

use std::str::FromStr;

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use luoshi_app::public_data::{TASK_COLUMNS, VALUE_COLUMNS};

use crate::{
    access::{Anybody, Visit},
    failure::Answer,
    frame::{Frame, Place},
    pages::show,
    urls,
};

/// Data are the same for everybody, so that a cache may hand them out; a minute old is young enough for figures that come monthly.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// In which form an address asks for a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A page for people.
    Page,
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
}

/// A thing and the form in which it is asked for: its id, and perhaps an ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requested<T> {
    pub(crate) id: T,
    pub(crate) format: Format,
}

impl<T: FromStr> FromStr for Requested<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        let (id, format) = match text.rsplit_once('.') {
            Some((id, "json")) => (id, Format::Json),
            Some((id, "csv")) => (id, Format::Csv),
            _ => (text, Format::Page),
        };
        Ok(Self {
            id: id.parse()?,
            format,
        })
    }
}

/// An answer with JSON.
pub(super) fn json(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, KEEP),
    ];
    (headers, bytes).into_response()
}

/// An answer with comma-separated values, to be saved under a name of the program's own.
pub(super) fn csv(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, KEEP);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// What the data hold.
#[derive(Template)]
#[template(path = "public/data.html")]
pub(crate) struct DataPage {
    pub(crate) frame: Frame,
    /// Fields of a task in JSON, each with the key of its explanation.
    pub(crate) json_fields: &'static [&'static str],
    /// Columns of the table of tasks.
    pub(crate) task_columns: &'static [&'static str],
    /// Columns of the table of figures.
    pub(crate) value_columns: &'static [&'static str],
}

impl DataPage {
    pub(crate) fn new(frame: Frame) -> Self {
        Self {
            frame: frame.under("public-plans", urls::PUBLIC).headed("public-data"),
            json_fields: &[
                "schema",
                "taken_at",
                "log",
                "plan",
                "id",
                "number",
                "section",
                "label",
                "title",
                "text",
                "parties",
                "targets",
                "deliverable",
                "due",
                "light",
                "not_tracked",
                "excluded",
                "values",
                "record",
            ],
            task_columns: &TASK_COLUMNS,
            value_columns: &VALUE_COLUMNS,
        }
    }
}

/// What the data hold.
pub(crate) async fn explain(visit: Visit<Anybody>) -> Answer {
    show(&DataPage::new(visit.frame(Place::Public)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_says_the_form() {
        let requested = |text: &str| text.parse::<Requested<u32>>();
        assert_eq!(
            requested("7").unwrap(),
            Requested {
                id: 7,
                format: Format::Page
            }
        );
        assert_eq!(
            requested("7.json").unwrap(),
            Requested {
                id: 7,
                format: Format::Json
            }
        );
        assert_eq!(
            requested("7.csv").unwrap(),
            Requested {
                id: 7,
                format: Format::Csv
            }
        );
        assert!(requested("7.xml").is_err());
        assert!(requested(".json").is_err());
    }
}
