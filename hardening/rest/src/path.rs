//! Ids in paths.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use crate::{Api, Rejection};

/// A kind of resource that has an id.
pub trait Entity {
    /// The name of the kind in error messages, such as `book`.
    const NAME: &'static str;
}

/// Extractor of the id in the first variable path segment. An invalid id names no resource, so it is rejected with 404. Each
/// id has one form: `01` and `+1` are invalid.
#[derive(Debug)]
pub struct PathId<E> {
    /// The id.
    pub id: u32,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity, S: Api> FromRequestParts<S> for PathId<E> {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, S::Error> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let no_such_id = match params.as_ref().map(|params| params.iter().next()) {
            Ok(Some((_, text))) => match parse_canonical(text) {
                Some(id) => return Ok(Self { id, entity: PhantomData }),
                None => format!("there is no {} {text}", E::NAME),
            },
            _ => format!("the path is not UTF-8, so it names no {}", E::NAME),
        };
        Err(Rejection::NoSuchId(no_such_id).into())
    }
}

/// Parses the canonical decimal form of a positive integer.
fn parse_canonical(text: &str) -> Option<u32> {
    let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| is_canonical)
}
