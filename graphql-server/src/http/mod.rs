//! GraphQL over HTTP: methods, media types, status codes.

mod accept;
mod reply;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, Query, Request, State};
use axum::http::header::{ALLOW, CONTENT_TYPE, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

use crate::document::Operation;
use crate::limits::{BODY_TIMEOUT, MAX_REQUEST_BYTES};
use crate::{App, graphiql, params, socket};

use accept::Offer;
pub(crate) use reply::{Media, Problem};

/// `GET /graphql`: a WebSocket, the page for a browser, or a query in the URL.
pub(crate) async fn get(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if wants_websocket(&parts.headers) {
        return socket::upgrade(app, &mut parts).unwrap_or_else(|problem| problem.reply(Media::Json));
    }
    match accept::best(&parts.headers, &[Offer::JSON, Offer::GRAPHQL, Offer::HTML]) {
        None => not_acceptable(),
        Some(Offer::Page) => graphiql::page(),
        Some(Offer::Answer(media)) => {
            run_query(&app, &mut parts, media).await.unwrap_or_else(|problem| problem.reply(media))
        }
    }
}

/// `POST /graphql`: a query or a mutation in the body.
pub(crate) async fn post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match accept::best(&parts.headers, &[Offer::JSON, Offer::GRAPHQL]) {
        Some(Offer::Answer(media)) => {
            run_body(&app, &parts, body, media).await.unwrap_or_else(|problem| problem.reply(media))
        }
        _ => not_acceptable(),
    }
}

/// Any other method on `/graphql`.
pub(crate) async fn method_not_allowed() -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "send a query by GET, or anything by POST");
    allowing("GET, HEAD, POST", problem.reply(Media::Json))
}

/// Any other path.
pub(crate) async fn not_found() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing here: the API is at /graphql").reply(Media::Json)
}

/// Names the methods that a resource has.
pub(crate) fn allowing(methods: &'static str, mut response: Response) -> Response {
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

fn not_acceptable() -> Response {
    let message =
        "the answer is application/graphql-response+json or application/json, and Accept names neither";
    Problem::new(StatusCode::NOT_ACCEPTABLE, message).reply(Media::Json)
}

async fn run_query(app: &App, parts: &mut Parts, media: Media) -> Result<Response, Problem> {
    let Query(pairs) = Query::from_request_parts(parts, &())
        .await
        .map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let request = params::from_pairs(pairs).map_err(Problem::bad_request)?;
    let operation = match Operation::prepare(request) {
        Ok(operation) => operation,
        Err(error) => return Ok(reply::outcome(media, &error.into())),
    };
    // A link must not change anything: whatever follows links, a prefetching browser among others, would do it.
    if operation.kind == OperationType::Mutation {
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "a mutation needs POST");
        return Ok(allowing("POST", problem.reply(media)));
    }
    Ok(reply::outcome(media, &app.engine.run(operation).await))
}

async fn run_body(app: &App, parts: &Parts, body: Body, media: Media) -> Result<Response, Problem> {
    // Only JSON. A form of another site can send the other types in its visitors' name, but not this one.
    if !is_json(&parts.headers) {
        let message = "Content-Type must be application/json, in UTF-8";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let json = serde_json::from_slice(&read(body).await?)
        .map_err(|error| Problem::bad_request(format!("the body is not JSON: {error}")))?;
    let request = params::from_json(json).map_err(Problem::bad_request)?;
    Ok(match Operation::prepare(request) {
        Ok(operation) => reply::outcome(media, &app.engine.run(operation).await),
        Err(error) => reply::outcome(media, &error.into()),
    })
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    let body = Limited::new(body, MAX_REQUEST_BYTES).collect();
    match timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("a request has at most {MAX_REQUEST_BYTES} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Ok(Err(_)) => Err(Problem::bad_request("the body broke off")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

fn wants_websocket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}
