//! A JSON object, within its limits.

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT_ENCODING, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use hardening_http::body;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess};
use serde_json::Value;

use super::Fields;
use crate::limits::MAX_BODY_BYTES;
use crate::problem::Problem;

/// What a body can be read as.
pub(crate) trait JsonBody: Sized {
    /// The media types that it may come as.
    const MEDIA_TYPES: &'static str;

    /// The header that names them to a client which sent another.
    const NAMED_BY: HeaderName;

    /// Reads its members. `None` when there is a fault, which the fields keep.
    fn read(fields: &mut Fields<Value>) -> Option<Self>;
}

/// A body that may be read as a `T`, as far as its head tells, and that nothing has been read of. A client that waits for
/// `100 Continue` gets it with the first read, so whatever can be refused without the body is refused before.
pub(crate) struct Unread<T> {
    body: Body,
    kind: PhantomData<fn() -> T>,
}

impl<T: JsonBody, S: Send + Sync> FromRequest<S> for Unread<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_encoding(request.headers())?;
        check_media_type::<T>(request.headers())?;
        body::check_length(request.body(), MAX_BODY_BYTES)?;
        Ok(Self { body: request.into_body(), kind: PhantomData })
    }
}

impl<T: JsonBody> Unread<T> {
    /// Reads all of it.
    pub(crate) async fn json(self) -> Result<T, Problem> {
        let body = body::read(self.body, MAX_BODY_BYTES).await?;
        let mut fields = Fields::new(members(&body)?);
        let read = T::read(&mut fields);
        match (read, fields.finish()) {
            (Some(read), errors) if errors.is_empty() => Ok(read),
            (_, errors) => Err(Problem::invalid(StatusCode::UNPROCESSABLE_ENTITY, errors)),
        }
    }
}

fn check_encoding(headers: &HeaderMap) -> Result<(), Problem> {
    if !body::is_encoded(headers) {
        return Ok(());
    }
    let problem =
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body without a Content-Encoding");
    Err(problem.with_header(ACCEPT_ENCODING, "identity"))
}

fn check_media_type<T: JsonBody>(headers: &HeaderMap) -> Result<(), Problem> {
    let known =
        |media_type: &str| T::MEDIA_TYPES.split(", ").any(|known| known.eq_ignore_ascii_case(media_type));
    if body::media_type(headers).is_some_and(known) {
        return Ok(());
    }
    let types = T::MEDIA_TYPES.replace(", ", " or ");
    let problem =
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Content-Type must be {types}, in UTF-8"));
    Err(problem.with_header(T::NAMED_BY, T::MEDIA_TYPES))
}

fn members(body: &[u8]) -> Result<Vec<(String, Value)>, Problem> {
    if let Ok(Members(members)) = serde_json::from_slice(body) {
        return Ok(members);
    }
    Err(match serde_json::from_slice::<Value>(body) {
        Ok(_) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "the body must be a JSON object"),
        // Some JSON cannot be held: a number out of every range, half a character, too many arrays within arrays.
        Err(error) => {
            Problem::new(StatusCode::BAD_REQUEST, format!("the body cannot be read as JSON: {error}"))
        }
    })
}

/// The members of an object as they came, a name that is there twice included.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}
