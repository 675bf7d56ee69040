//! Which thing an address names. An id that is none is answered as an unknown one, so that nothing can be learnt from trying.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::{IntoResponse, Response},
};

use crate::{failure::Failure, visitor::Site};

/// The thing that the variable of an address names.
#[derive(Debug)]
pub(crate) struct At<T>(pub(crate) T);

/// The variable of the address names nothing.
#[derive(Debug)]
pub(crate) struct NamesNothing;

impl IntoResponse for NamesNothing {
    fn into_response(self) -> Response {
        Failure::NotFound.into_response()
    }
}

impl<T: FromStr + Send> FromRequestParts<Site> for At<T> {
    type Rejection = NamesNothing;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, NamesNothing> {
        let Path(text) = Path::<String>::from_request_parts(parts, site)
            .await
            .map_err(|_| NamesNothing)?;
        text.parse().map(At).map_err(|_| NamesNothing)
    }
}
