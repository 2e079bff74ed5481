//! Strict HTTP semantics for REST APIs on axum, generic over the API's error type.
//!
//! # Layout
//!
//! - [`Api`]: the trait that an API implements
//! - [`Rejection`]: the reason why a request is rejected
//! - [`router`]: builds the router, with responses to `HEAD`, `OPTIONS` and unsupported methods
//! - `methods`: adds responses to `OPTIONS` and unsupported methods
//! - [`path`]: extractor of resource ids in paths
//! - [`query`]: extractor of query parameters
//! - [`body`]: extractors of JSON request bodies
//! - [`accept`]: extractors that reject a request whose `Accept` header excludes the response's media type
//! - [`fields`]: reads body fields and query parameters, and reports all their errors in one response
//! - [`conditions`]: conditional requests with `ETag`, `If-Match` and `If-None-Match`
//! - [`json`]: JSON responses
//! - [`events`]: server-sent events and `Last-Event-ID`
//! - [`problem`]: error responses in the format of problem details (RFC 9457)
//! - `docs`: the OpenAPI document and a page that displays it
//! - [`limits`]: limits of responses, each with its reason

#![forbid(unsafe_code)]

pub mod accept;
mod api;
pub mod body;
pub mod conditions;
mod docs;
pub mod events;
pub mod fields;
pub mod json;
pub mod limits;
mod methods;
pub mod path;
pub mod problem;
pub mod query;
pub mod router;

pub use accept::{AcceptsEvents, AcceptsJson};
pub use api::{Api, Rejection};
pub use body::{JsonBody, MergePatchBody};
pub use conditions::{Conditions, with_etag};
pub use events::LastEventId;
pub use fields::{FieldError, Fields};
pub use json::JsonResponse;
pub use path::PathId;
pub use problem::{ProblemDetails, ProblemType};
pub use query::Query;
pub use router::ApiRouter;
