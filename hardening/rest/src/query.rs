//! Extractor of query parameters.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::{Api, Fields, Rejection};

/// Extractor of the query parameters as text. [`Query::read`] converts them.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl<S: Api> FromRequestParts<S> for Query {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, S::Error> {
        // Today, axum rejects no query string: each one is a list of pairs.
        let pairs = Pairs::from_request_parts(parts, state).await.map_err(|rejection| {
            Rejection::Status(StatusCode::BAD_REQUEST, format!("invalid query string: {rejection}"))
        });
        let Pairs(pairs) = pairs?;
        Ok(Self(pairs))
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
