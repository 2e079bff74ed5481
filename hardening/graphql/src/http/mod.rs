//! GraphQL over HTTP: methods, media types, status codes.
//!
//! A request contains one operation. Batches are rejected: the specification does not define them, and each limit applies
//! to one operation.

mod negotiate;
mod request;
mod sse;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, ServerError};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, UPGRADE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};
use hardening_http::Rejection;

use crate::document::Operation;
use crate::endpoint::Endpoint;
use crate::engine::Outcome;
use crate::errors::PANICKED;
use crate::response::{HttpError, Media};
use crate::{graphiql, response, websocket};

use negotiate::Offer;

/// Handles `GET /graphql`: opens a WebSocket, returns the GraphiQL page, or executes the query in the URL.
pub(crate) async fn get<E: Executor>(State(endpoint): State<Arc<Endpoint<E>>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if wants_websocket(&parts.headers) {
        return websocket::upgrade(endpoint, &mut parts)
            .unwrap_or_else(|error| error.into_response(Media::Json));
    }
    let offers = [Offer::JSON, Offer::GRAPHQL, Offer::EVENTS, Offer::Page];
    match negotiate::select(&parts.headers, &offers) {
        None => not_acceptable(),
        Some(Offer::Page) => graphiql::page(endpoint.page.clone()),
        Some(Offer::Response(media)) => match request::from_url(&parts) {
            Ok(request) => match Operation::prepare(request, &endpoint.roots) {
                // Browsers follow and prefetch links, so a GET must not change anything.
                Ok(operation) if operation.kind == OperationType::Mutation => {
                    let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "send a mutation by POST");
                    error.with_header(ALLOW, "POST").into_response(media)
                }
                prepared => respond(&endpoint, media, prepared).await,
            },
            Err(error) => error.into_response(media),
        },
    }
}

/// Handles `POST /graphql`: executes the operation in the body.
pub(crate) async fn post<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match negotiate::select(&parts.headers, &[Offer::JSON, Offer::GRAPHQL, Offer::EVENTS]) {
        Some(Offer::Response(media)) => match request::from_body(&parts.headers, body).await {
            Ok(request) => respond(&endpoint, media, Operation::prepare(request, &endpoint.roots)).await,
            Err(error) => error.into_response(media),
        },
        _ => not_acceptable(),
    }
}

/// Handles `GET /schema.graphql`: returns the schema as text.
pub(crate) async fn schema<E: Executor>(State(endpoint): State<Arc<Endpoint<E>>>) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        // A later version of the program may have another schema.
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, endpoint.sdl.clone()).into_response()
}

/// Returns the response to a request for `/graphql` with an unsupported method.
pub(crate) async fn method_not_allowed() -> Response {
    let error =
        HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "send queries by GET or POST, mutations by POST");
    error.with_header(ALLOW, "GET, HEAD, POST").into_response(Media::Json)
}

/// Returns the response to a request for a file whose method is neither GET nor HEAD.
pub(crate) async fn file_method_not_allowed() -> Response {
    let error = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, "send GET or HEAD to read a file");
    error.with_header(ALLOW, "GET, HEAD").into_response(Media::Json)
}

/// Returns the response to a request for an unknown path.
pub(crate) async fn not_found() -> Response {
    let message = "not found: the API is at /graphql, its schema at /schema.graphql";
    HttpError::new(StatusCode::NOT_FOUND, message).into_response(Media::Json)
}

/// Returns the response to a request that was rejected before it reached the router.
pub(crate) fn rejected(rejection: Rejection) -> Response {
    HttpError::from(rejection).into_response(Media::Json)
}

/// Executes the operation in `prepared`, and returns its response in the media type `media`. If `prepared` is
/// an error, the response contains this error.
async fn respond<E: Executor>(
    endpoint: &Endpoint<E>,
    media: Media,
    prepared: Result<Operation, ServerError>,
) -> Response {
    match (media, prepared) {
        (Media::EventStream, Ok(operation)) => sse::stream(outcomes(endpoint, operation).await).await,
        (Media::EventStream, Err(error)) => sse::stream(stream::iter([error.into()]).boxed()).await,
        (_, Ok(operation)) => {
            // Unwind safety: an operation that has panicked is dropped.
            match AssertUnwindSafe(endpoint.engine.execute(operation)).catch_unwind().await {
                Ok(outcome) => response::from_outcome(media, &outcome),
                Err(_) => {
                    HttpError::new(StatusCode::INTERNAL_SERVER_ERROR, PANICKED).into_response(Media::Json)
                }
            }
        }
        (_, Err(error)) => response::from_outcome(media, &error.into()),
    }
}

/// Returns a stream of the outcomes of an operation.
///
/// A query or mutation is executed before this function returns, so that its outcome is sent even if the
/// client half-closes the connection: over HTTP/1.1, a half-close ends each response body that is still
/// pending. A subscription is executed while its stream is read, and a half-close ends it.
async fn outcomes<E: Executor>(endpoint: &Endpoint<E>, operation: Operation) -> BoxStream<'static, Outcome> {
    let is_subscription = operation.kind == OperationType::Subscription;
    let outcomes = endpoint.engine.execute_stream(operation);
    if is_subscription { outcomes } else { stream::iter(outcomes.collect::<Vec<_>>().await).boxed() }
}

fn not_acceptable() -> Response {
    let message =
        "Accept must include application/graphql-response+json, application/json or text/event-stream";
    HttpError::new(StatusCode::NOT_ACCEPTABLE, message).into_response(Media::Json)
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}
