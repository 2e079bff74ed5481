//! The request handlers of the room.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request, State as FromState};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hardening_http::Peer;
use serde::Deserialize;
use serde_json::json;

use super::admission::Refused;
use super::name::Name;
use super::participants::Id;
use super::prediction::{self, Prediction};
use super::{Room, Shown, qr};
use crate::live::response::{ErrorResponse, JsonBody, json};
use crate::live::server::credentials::cookie;
use crate::live::state::State;
use crate::live::token::Token;

/// Body of `POST /api/room/join` and of `POST /api/room/remove`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameRequest {
    name: String,
}

/// Returns the room.
///
/// # Errors
/// If the workshop runs without a room.
pub(super) fn room(state: &State) -> Result<&Arc<Room>, ErrorResponse> {
    let message = "this workshop has no room; start it with --room";
    state.room.as_ref().ok_or_else(|| ErrorResponse(StatusCode::NOT_FOUND, message.to_owned()))
}

/// Returns the name of the cookie with a participant's session.
fn cookie_name(state: &State) -> String {
    format!("room-{}", state.access.address.port())
}

/// Returns the participant who has sent the request.
///
/// # Errors
/// If nobody has joined with this browser.
pub(super) fn participant(state: &State, request: &Request) -> Result<Id, ErrorResponse> {
    let id = cookie(request, &cookie_name(state))
        .and_then(|session| room(state).ok()?.participants.of_session(session));
    id.ok_or_else(not_joined)
}

fn not_joined() -> ErrorResponse {
    let message = "nobody has joined the room with this browser; choose a name first";
    ErrorResponse(StatusCode::UNAUTHORIZED, message.to_owned())
}

/// Returns the room, for a request by a participant.
///
/// # Errors
/// If the workshop runs without a room, or nobody has joined with this browser.
pub(crate) fn room_of_participant<'a>(
    state: &'a State,
    request: &Request,
) -> Result<&'a Arc<Room>, ErrorResponse> {
    participant(state, request)?;
    room(state)
}

/// Handles `POST /api/room/join`: adds a participant, whose browser gets a cookie. A browser that joins again gives its
/// participant another name.
pub(crate) async fn join(
    FromState(state): FromState<Arc<State>>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let room = room(&state)?;
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| peer.ip().to_canonical());
    let peer = peer.ok_or_else(|| ErrorResponse::internal("the address of the client is unknown"))?;
    let own = cookie(&request, &cookie_name(&state)).map(str::to_owned);
    let JsonBody(NameRequest { name }) = JsonBody::from_request(request, &()).await?;
    let name = Name::parse(&name).map_err(ErrorResponse::bad_request)?;
    let session = Token::random().map_err(ErrorResponse::internal)?;
    let joined = room.participants.join(name.clone(), session.clone(), peer, own.as_deref());
    joined.map_err(|refused| {
        let status = match refused {
            Refused::Taken => StatusCode::CONFLICT,
            Refused::Full | Refused::NetworkFull => StatusCode::SERVICE_UNAVAILABLE,
        };
        ErrorResponse(status, refused.message(&name, peer))
    })?;
    room.publish();
    let mut response = json(&json!({ "name": name.to_string() }))?;
    let cookie = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax", cookie_name(&state));
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Handles `POST /api/room/remove`: removes a participant, at the presenter's request.
pub(crate) async fn remove(
    FromState(state): FromState<Arc<State>>,
    JsonBody(NameRequest { name }): JsonBody<NameRequest>,
) -> Result<Response, ErrorResponse> {
    let room = room(&state)?;
    if !room.remove(&name) {
        let message = format!("nobody in the room has the name {name:?}");
        return Err(ErrorResponse(StatusCode::NOT_FOUND, message));
    }
    json(&json!({}))
}

/// Handles `POST /api/room/predict`: stores a participant's prediction of the answer to a question of a lesson.
pub(crate) async fn predict(
    FromState(state): FromState<Arc<State>>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let (room, id) = (room(&state)?, participant(&state, &request)?);
    let JsonBody(prediction): JsonBody<Prediction> = JsonBody::from_request(request, &()).await?;
    prediction.check().map_err(ErrorResponse::bad_request)?;
    room.predict(id, prediction).ok_or_else(not_joined)?.map_err(ErrorResponse::bad_request)?;
    json(&json!({}))
}

/// Handles `POST /api/room/show`: tells participants' pages what the presenter's page shows.
pub(crate) async fn show(
    FromState(state): FromState<Arc<State>>,
    JsonBody(shown): JsonBody<Shown>,
) -> Result<Response, ErrorResponse> {
    if shown.lesson.as_deref().is_some_and(|lesson| !prediction::is_lesson(lesson)) {
        return Err(ErrorResponse::bad_request(prediction::invalid_lesson()));
    }
    room(&state)?.show(shown);
    json(&json!({}))
}

/// Handles `GET /api/room/qr.svg`: the URL of the room as a picture.
pub(crate) async fn qr(FromState(state): FromState<Arc<State>>) -> Result<Response, ErrorResponse> {
    let picture = qr::picture(room(&state)?.settings.first_url());
    Ok(([(CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
