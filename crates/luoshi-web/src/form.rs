//! Forms as browsers send them: the body within its limit, the token of the session, and the fields by name.
//!
//! What a field means is the page's part; nothing is deserialised into a stored thing, so no field can reach one by its name alone.

use std::fmt;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use luoshi_ledger::plan::YEARS;

use crate::{
    failure::Failure,
    visitor::{Site, Visitor},
};

/// The field in which every form of a signed-in page carries the token of the session.
pub(crate) const TOKEN_FIELD: &str = "form_token";
/// The field with the key under which a repeated submission is recognised.
pub(crate) const KEY_FIELD: &str = "idempotency_key";

/// The most fields that a form or a query may have. Opening a plan to the public sends one for each of its tasks.
pub(crate) const MOST_FIELDS: usize = 20_000;

/// Names and values of a form or of a query, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::of_encoded(query.unwrap_or_default().as_bytes())
    }

    fn of_encoded(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().take(MOST_FIELDS).collect())
    }

    /// The fields of a form that was sent in parts.
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of `name` without white space around it, with line ends as `\n`; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.raw(name).replace("\r\n", "\n").trim().to_owned()
    }

    /// The first value of `name` as sent.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Every value of `name`, without the empty ones.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(field, value)| field == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether there is a field of that name at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// The version of the thing that the person saw when the form was made. A form that names none saw nothing, and is told of the change
    /// where there is something.
    pub(crate) fn seen_version(&self) -> u64 {
        self.raw("version").parse().unwrap_or(0)
    }

    /// The key of the submission, where the form carries one.
    pub(crate) fn idempotency_key(&self) -> Option<String> {
        Some(self.text(KEY_FIELD)).filter(|key| !key.is_empty())
    }
}

/// The fields of a form whose token belongs to the session of the sender.
///
/// Without a session there is no token; the layer against requests from other sites guards the form for signing in.
pub struct Submitted(Fields);

impl fmt::Debug for Submitted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The fields may hold a password.
        formatter.write_str("Submitted(…)")
    }
}

impl Submitted {
    pub(crate) fn fields(&self) -> &Fields {
        &self.0
    }
}

/// An extractor of a request body that has checked the form token. Only such a one may stand last in the handler of a `POST`.
pub trait ChecksFormToken {}

impl ChecksFormToken for Submitted {}

/// Why a form was not taken.
#[derive(Debug)]
pub struct FormRejection(pub(crate) Failure);

impl IntoResponse for FormRejection {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl FromRequest<Site> for Submitted {
    type Rejection = FormRejection;

    async fn from_request(request: Request, site: &Site) -> Result<Self, FormRejection> {
        if !is_urlencoded(request.headers()) {
            return Err(FormRejection(Failure::BadRequest));
        }
        let visitor = request.extensions().get::<Visitor>().cloned();
        let body = Bytes::from_request(request, site)
            .await
            .map_err(|rejection| FormRejection(of_body(&rejection)))?;
        // Each field costs a hundred times its two bytes, so that a body within its limit could fill the memory.
        if body.iter().filter(|byte| **byte == b'&').count() >= MOST_FIELDS {
            return Err(FormRejection(Failure::TooLarge));
        }
        let fields = Fields::of_encoded(&body);
        check_token(visitor.as_ref(), &fields).map_err(FormRejection)?;
        Ok(Self(fields))
    }
}

/// Compares the token of the form with the one of the session.
pub(crate) fn check_token(visitor: Option<&Visitor>, fields: &Fields) -> Result<(), Failure> {
    let Some(signed_in) = visitor.and_then(|visitor| visitor.signed_in.as_ref()) else {
        return Ok(());
    };
    if same(fields.raw(TOKEN_FIELD).as_bytes(), signed_in.form_token.as_bytes()) {
        Ok(())
    } else {
        Err(Failure::StaleForm)
    }
}

/// Compares without ending at the first difference, so that the time taken tells nothing about the token.
fn same(given: &[u8], expected: &[u8]) -> bool {
    given.len() == expected.len()
        && given
            .iter()
            .zip(expected)
            .fold(0, |difference, (left, right)| difference | (left ^ right))
            == 0
}

fn of_body(rejection: &BytesRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Failure::BadRequest,
    }
}

fn is_urlencoded(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// A date that may be left out. An error: what stands there is no day, or none of the years of plans, so that a slip of the finger is no
/// deadline of the year 206.
pub(crate) fn optional_date(text: &str) -> Result<Option<Date>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<Date>() {
        Ok(date) if YEARS.contains(&date.year()) => Ok(Some(date)),
        Ok(_) | Err(_) => Err(()),
    }
}

/// What is wrong with the fields of a form: the name of the field and the key of the explanation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FieldErrors(Vec<(String, &'static str)>);

impl FieldErrors {
    pub(crate) fn add(&mut self, field: impl Into<String>, key: &'static str) {
        self.0.push((field.into(), key));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of the explanation for `field`; empty where nothing is wrong with it.
    pub(crate) fn of(&self, field: &str) -> &'static str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, key)| key)
    }

    /// Fields and keys in the order of the form.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.0.iter().map(|(field, key)| (field.as_str(), *key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_as_browsers_encode_them() {
        let fields = Fields::of_encoded(
            "done=%E5%BB%BA%E6%88%90%0D%0A+2+&organisation=a&organisation=&organisation=b".as_bytes(),
        );
        assert_eq!(fields.text("done"), "建成\n 2");
        assert_eq!(fields.all("organisation").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fields.text("missing"), "");
        assert!(!fields.has("missing"));
    }

    #[test]
    fn a_date_is_a_day_of_this_age_or_nothing() {
        assert_eq!(optional_date(""), Ok(None));
        assert_eq!(optional_date("2026-02-28"), Ok(Some(jiff::civil::date(2026, 2, 28))));
        for wrong in [
            "2026-02-30",
            "0206-12-31",
            "9999-12-31",
            "0000-01-01",
            "-2026-01-01",
            "年底",
        ] {
            assert_eq!(optional_date(wrong), Err(()), "{wrong}");
        }
    }

    #[test]
    fn tokens_are_equal_only_as_a_whole() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abd", b"abc"));
        assert!(!same(b"ab", b"abc"));
        assert!(!same(b"", b"abc"));
    }
}
