//! Why a request was not answered with what it asked for. How that looks is [`crate::pages::error`]'s part.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use luoshi_app::AppError;
use luoshi_ledger::refusal::Refusal;

use crate::urls;

/// What went wrong, as data.
///
/// A handler returns it; on the way out the error page in the reader's language takes the place of the empty answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no such thing, or none that the reader may know of.
    NotFound,
    /// The address knows other methods only.
    WrongMethod,
    /// The act belongs to another role.
    Forbidden,
    /// The request came from another site.
    CrossSite,
    /// The form was made for another session, or for none.
    StaleForm,
    /// Nobody is signed in; the address to come back to.
    SignInFirst(String),
    /// A one-time password has to be replaced first.
    PasswordFirst,
    /// The request is not of the form that the address takes.
    BadRequest,
    /// The ledger's state does not allow it.
    Refused(Refusal),
    /// Somebody else changed the thing in the meantime.
    Conflict,
    /// The key of the request was used for another one.
    KeyReused,
    /// The body is larger than the address takes.
    TooLarge,
    /// More work than fits at the moment, or the request took too long.
    Busy,
    /// The log cannot be signed, so nothing is recorded until whoever runs the server has dealt with it.
    Halted,
    /// The data can not be reached or written.
    Unavailable,
    /// A fault of the program or the machine; the cause is for the program's own records, never for the screen.
    Internal(String),
}

/// Seconds after which a client that met a busy site should come back.
const RETRY_AFTER_SECONDS: u64 = 5;

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Failure::NotFound => StatusCode::NOT_FOUND,
            Failure::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Failure::Forbidden | Failure::CrossSite | Failure::StaleForm => StatusCode::FORBIDDEN,
            Failure::SignInFirst(_) | Failure::PasswordFirst => StatusCode::SEE_OTHER,
            Failure::BadRequest => StatusCode::BAD_REQUEST,
            Failure::Refused(_) | Failure::Conflict | Failure::KeyReused => StatusCode::CONFLICT,
            Failure::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::Busy | Failure::Halted | Failure::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Failure::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The word under which its page has title, explanation and next step in the locale files.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Failure::NotFound => "not-found",
            Failure::WrongMethod => "wrong-method",
            Failure::Forbidden => "forbidden",
            Failure::CrossSite => "cross-site",
            Failure::StaleForm => "stale-form",
            // These two never become pages; they lead to the form that has to be filled in first.
            Failure::SignInFirst(_) | Failure::PasswordFirst => "forbidden",
            Failure::BadRequest => "bad-request",
            Failure::Refused(_) => "refused",
            Failure::Conflict => "conflict",
            Failure::KeyReused => "key-reused",
            Failure::TooLarge => "too-large",
            Failure::Busy => "busy",
            Failure::Halted => "halted",
            Failure::Unavailable => "unavailable",
            Failure::Internal(_) => "internal",
        }
    }

    /// Seconds after which it is worth trying again, where waiting helps.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Failure::Busy | Failure::Unavailable => Some(RETRY_AFTER_SECONDS),
            _ => None,
        }
    }

    /// What an answer that was made without a page means, by its status: the framework's own refusals.
    pub(crate) fn of_status(status: StatusCode) -> Option<Failure> {
        match status {
            StatusCode::NOT_FOUND => Some(Failure::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => Some(Failure::WrongMethod),
            StatusCode::FORBIDDEN => Some(Failure::CrossSite),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Failure::TooLarge),
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => Some(Failure::Busy),
            status if status.is_client_error() => Some(Failure::BadRequest),
            status if status.is_server_error() => Some(Failure::Internal(String::new())),
            _ => None,
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Failure::NotFound,
            AppError::Forbidden => Failure::Forbidden,
            AppError::Refused(refusal) => Failure::Refused(refusal),
            AppError::Conflict => Failure::Conflict,
            AppError::KeyReused => Failure::KeyReused,
            AppError::Busy => Failure::Busy,
            AppError::LogHalted(_) => Failure::Halted,
            AppError::Unavailable => Failure::Unavailable,
            AppError::Internal(cause) => Failure::Internal(cause.to_string()),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        let location = match &self {
            Failure::SignInFirst(back) => Some(urls::sign_in_and_return(back)),
            Failure::PasswordFirst => Some(urls::PASSWORD.to_owned()),
            _ => None,
        };
        if let Some(location) = location.and_then(|location| location.parse().ok()) {
            headers.insert(header::LOCATION, location);
            return response;
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A page, or why there is none.
pub(crate) type Answer = Result<Response, Failure>;
