//! Extractor of resource ids in paths.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};

use crate::{Api, Rejection};

/// A type of resource that has an id.
pub trait Entity {
    /// Name of the resource type in error messages, such as `book`.
    const NAME: &'static str;
}

/// Extractor of the id in a path. The id is the first variable segment of the route, such as `{id}` in
/// `/books/{id}`.
///
/// An invalid id is a 404, because no resource has it. Each id has a single spelling: `01` and `+1` are
/// invalid.
#[derive(Debug)]
pub struct PathId<E> {
    /// The id as a number.
    pub id: u32,
    entity: PhantomData<fn() -> E>,
}

impl<E: Entity, S: Api> FromRequestParts<S> for PathId<E> {
    type Rejection = S::Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, S::Error> {
        if let Ok(Path(CanonicalId(id))) = Path::from_request_parts(parts, state).await {
            return Ok(Self { id, entity: PhantomData });
        }
        Err(Rejection::NoSuchId(match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => format!("there is no {entity} {text}", entity = E::NAME),
            Err(_) => format!("the path is not UTF-8, so it names no {entity}", entity = E::NAME),
        })
        .into())
    }
}

/// A positive integer without leading zeros or a sign.
struct CanonicalId(u32);

impl<'de> Deserialize<'de> for CanonicalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CanonicalIdVisitor)
    }
}

/// A serde visitor that parses a path segment without copying it.
struct CanonicalIdVisitor;

impl Visitor<'_> for CanonicalIdVisitor {
    type Value = CanonicalId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a positive integer")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<CanonicalId, E> {
        let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let id = text.parse().ok().filter(|_| is_canonical);
        id.map(CanonicalId).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}
