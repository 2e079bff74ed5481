//! Query strings.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::fields::{self, FromFields};
use crate::{Api, Rejection};

/// Extractor of a query string, which rejects unknown, repeated and invalid parameters with 400.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromFields, S: Api> FromRequestParts<S> for Query<T> {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, S::Error> {
        // axum rejects nothing today: every query string is a list of pairs.
        let Pairs(pairs) =
            Pairs::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(|rejection| {
                Rejection::Status(StatusCode::BAD_REQUEST, format!("invalid query string: {rejection}"))
            })?;
        let query =
            fields::read(pairs).map_err(|errors| Rejection::Fields(StatusCode::BAD_REQUEST, errors))?;
        Ok(Self(query))
    }
}
