//! The parameters of a query string.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::Fields;
use crate::problem::Problem;

/// The query string, read.
pub(crate) struct Query<T>(pub(crate) T);

/// What a query string can be read as. `None` when there is a fault, which the fields keep.
pub(crate) trait FromQuery: Sized {
    fn read(fields: &mut Fields<String>) -> Option<Self>;
}

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Not rejected today: every query string is a list of pairs.
        let Pairs(pairs) = Pairs::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the query is no list of name=value"))?;
        let mut fields = Fields::new(pairs);
        let read = T::read(&mut fields);
        match (read, fields.finish()) {
            (Some(read), errors) if errors.is_empty() => Ok(Self(read)),
            (_, errors) => Err(Problem::invalid(StatusCode::BAD_REQUEST, errors)),
        }
    }
}
