//! GraphQL over HTTP: methods, media types, status codes.
//!
//! A request is one operation. Batches, a JSON array of requests, are refused: the specification has none, and every
//! limit is for one operation.

mod accept;
mod request;
mod response;
mod sse;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, ServerError};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, UPGRADE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use hardening_http::Rejection;

use crate::document::Operation;
use crate::endpoint::Endpoint;
use crate::engine::Outcome;
use crate::errors::PANICKED;
use crate::{graphiql, websocket};

use accept::Offer;
pub(crate) use response::{Media, Problem};

/// `GET /graphql`: a WebSocket, the page for a browser, or a query in the URL.
pub(crate) async fn get<E: Executor>(State(app): State<Arc<Endpoint<E>>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if wants_websocket(&parts.headers) {
        return websocket::upgrade(app, &mut parts).unwrap_or_else(|problem| problem.reply(Media::Json));
    }
    match accept::best(&parts.headers, &[Offer::JSON, Offer::GRAPHQL, Offer::EVENTS, Offer::HTML]) {
        None => not_acceptable(),
        Some(Offer::Page) => graphiql::page(),
        Some(Offer::Answer(media)) => match request::from_url(&mut parts)
            .await
            .map(|request| Operation::prepare(request, &app.nullable))
        {
            // A link must not change anything: whatever follows links, a prefetching browser among others, would do it.
            Ok(Ok(operation)) if operation.kind == OperationType::Mutation => {
                let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "a mutation needs POST");
                problem.with_header(ALLOW, "POST").reply(media)
            }
            Ok(prepared) => answer(&app, media, prepared).await,
            Err(problem) => problem.reply(media),
        },
    }
}

/// `POST /graphql`: any operation, in the body.
pub(crate) async fn post<E: Executor>(State(app): State<Arc<Endpoint<E>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match accept::best(&parts.headers, &[Offer::JSON, Offer::GRAPHQL, Offer::EVENTS]) {
        Some(Offer::Answer(media)) => match request::from_body(&parts.headers, body).await {
            Ok(request) => answer(&app, media, Operation::prepare(request, &app.nullable)).await,
            Err(problem) => problem.reply(media),
        },
        _ => not_acceptable(),
    }
}

/// `GET /schema.graphql`: what can be asked, as text.
pub(crate) async fn schema<E: Executor>(State(app): State<Arc<Endpoint<E>>>) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        // It changes with the program.
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, app.sdl.clone()).into_response()
}

/// Any other method on `/graphql`.
pub(crate) async fn method_not_allowed() -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "send a query by GET, or anything by POST");
    problem.with_header(ALLOW, "GET, HEAD, POST").reply(Media::Json)
}

/// Any other method on a file.
pub(crate) async fn read_only() -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is a file: it can only be read");
    problem.with_header(ALLOW, "GET, HEAD").reply(Media::Json)
}

/// Any other path.
pub(crate) async fn not_found() -> Response {
    let message = "there is nothing here: the API is at /graphql, its schema at /schema.graphql";
    Problem::new(StatusCode::NOT_FOUND, message).reply(Media::Json)
}

/// What is refused before the router sees it.
pub(crate) fn refuse(Rejection { status, reason: why }: Rejection) -> Response {
    Problem::new(status, why).reply(Media::Json)
}

/// A handler panicked, or a resolver that it waited for.
pub(crate) fn panicked() -> Response {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, PANICKED).reply(Media::Json)
}

/// Runs an operation and answers with what came of it.
async fn answer<E: Executor>(
    app: &Endpoint<E>,
    media: Media,
    prepared: Result<Operation, ServerError>,
) -> Response {
    match (media, prepared) {
        (Media::EventStream, Ok(operation)) => sse::stream(settled(app, operation).await).await,
        (Media::EventStream, Err(error)) => sse::stream(stream::iter([error.into()]).boxed()).await,
        (_, Ok(operation)) => response::outcome(media, &app.engine.run(operation).await),
        (_, Err(error)) => response::outcome(media, &error.into()),
    }
}

/// The outcomes of an operation, with nothing left to wait for unless it is a subscription: over HTTP/1.1 a stream that
/// waits for the world ends when its client has finished sending.
async fn settled<E: Executor>(app: &Endpoint<E>, operation: Operation) -> BoxStream<'static, Outcome> {
    let is_subscription = operation.kind == OperationType::Subscription;
    let outcomes = app.engine.stream(operation);
    if is_subscription { outcomes } else { stream::iter(outcomes.collect::<Vec<_>>().await).boxed() }
}

fn not_acceptable() -> Response {
    let message = "the answer is application/graphql-response+json, application/json or text/event-stream, and Accept \
                   names none of them";
    Problem::new(StatusCode::NOT_ACCEPTABLE, message).reply(Media::Json)
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}
