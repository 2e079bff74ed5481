//! Extractor of query parameters.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::{Fields, Rejection};

/// Extractor of the query parameters as text. [`Query::read`] converts them.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // Each query string is a list of pairs.
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    /// Converts the parameters with the closure `read`, which returns `None` if one of them is invalid.
    ///
    /// # Errors
    /// If a parameter is unknown, repeated, missing or invalid; the error lists all such parameters.
    pub fn read<T>(self, read: impl FnOnce(&mut Fields<String>) -> Option<T>) -> Result<T, Rejection> {
        Fields::read(self.0, read).map_err(|errors| Rejection::Fields(StatusCode::BAD_REQUEST, errors))
    }
}
