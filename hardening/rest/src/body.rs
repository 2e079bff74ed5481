//! Extractors of JSON request bodies.

use std::marker::PhantomData;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use hardening_http::body;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess};
use serde_json::Value;

use crate::{Api, Fields, Rejection};

/// The media types that a body extractor accepts.
pub trait Format {
    /// Accepted media types, separated by `, `.
    const MEDIA_TYPES: &'static str;

    /// Name of the response header in which a 415 response lists the accepted media types.
    const LISTED_IN: HeaderName;
}

/// The media type of a [`JsonBody`].
#[derive(Debug)]
pub struct Json;

impl Format for Json {
    const MEDIA_TYPES: &'static str = "application/json";
    const LISTED_IN: HeaderName = ACCEPT;
}

/// The media types of a [`MergePatchBody`].
#[derive(Debug)]
pub struct MergePatch;

impl Format for MergePatch {
    const MEDIA_TYPES: &'static str = "application/merge-patch+json, application/json";
    const LISTED_IN: HeaderName = HeaderName::from_static("accept-patch");
}

/// Extractor of a request body that is a JSON object.
pub type JsonBody = UnreadBody<Json>;

/// Extractor of a request body that is a JSON merge patch (RFC 7396).
pub type MergePatchBody = UnreadBody<MergePatch>;

/// Extractor that checks the type, coding and length of a request body, but does not read it.
///
/// Reading the body sends `100 Continue` to a client that waits for it. So a handler reads it last, after all
/// other checks.
#[derive(Debug)]
pub struct UnreadBody<F> {
    body: Body,
    max_bytes: usize,
    format: PhantomData<fn() -> F>,
}

impl<F: Format, S: Api> FromRequest<S> for UnreadBody<F> {
    type Rejection = S::Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, S::Error> {
        check_coding(request.headers())?;
        check_media_type::<F>(request.headers())?;
        body::check_length(request.body(), S::MAX_BODY_BYTES).map_err(Rejection::from)?;
        Ok(Self { body: request.into_body(), max_bytes: S::MAX_BODY_BYTES, format: PhantomData })
    }
}

impl<F> UnreadBody<F> {
    /// Reads the complete body, and passes its fields to the closure `read`. The closure converts them, and
    /// returns `None` if one of them is invalid.
    ///
    /// # Errors
    /// If the body is too long, stalls, is truncated or is not a JSON object. If a field is unknown,
    /// repeated, missing or invalid; the error lists all such fields.
    pub async fn read<T>(self, read: impl FnOnce(&mut Fields<Value>) -> Option<T>) -> Result<T, Rejection> {
        let body = body::read(self.body, self.max_bytes).await?;
        Fields::read(parse_object(&body)?, read)
            .map_err(|errors| Rejection::Fields(StatusCode::UNPROCESSABLE_ENTITY, errors))
    }
}

fn check_coding(headers: &HeaderMap) -> Result<(), Rejection> {
    if !body::is_encoded(headers) {
        return Ok(());
    }
    let detail = "unsupported Content-Encoding; send the body without one".to_owned();
    Err(Rejection::Unsupported { detail, header: ACCEPT_ENCODING, supported: "identity" })
}

fn check_media_type<F: Format>(headers: &HeaderMap) -> Result<(), Rejection> {
    let is_accepted = |media_type: &str| {
        F::MEDIA_TYPES.split(", ").any(|accepted| accepted.eq_ignore_ascii_case(media_type))
    };
    if body::media_type(headers).is_some_and(is_accepted) {
        return Ok(());
    }
    let detail = format!("Content-Type must be {}, in UTF-8", F::MEDIA_TYPES.replace(", ", " or "));
    Err(Rejection::Unsupported { detail, header: F::LISTED_IN, supported: F::MEDIA_TYPES })
}

fn parse_object(body: &[u8]) -> Result<Vec<(String, Value)>, Rejection> {
    if let Ok(Members(members)) = serde_json::from_slice(body) {
        return Ok(members);
    }
    Err(match serde_json::from_slice::<Value>(body) {
        Ok(_) => {
            Rejection::Status(StatusCode::UNPROCESSABLE_ENTITY, "the body must be a JSON object".to_owned())
        }
        // Includes valid JSON that `Value` cannot hold: numbers out of range, lone surrogates, deeply nested
        // arrays.
        Err(error) => {
            Rejection::Status(StatusCode::BAD_REQUEST, format!("the body is invalid JSON: {error}"))
        }
    })
}

/// The members of a JSON object in the order of the text, including repeated names.
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
