//! `graphql-transport-ws` over a WebSocket: subscriptions, queries and mutations.
//!
//! # Meaning of `pong`
//!
//! If a client sends `subscribe` and then `ping`, its subscription is active when the `pong` arrives: it
//! receives every later event. The protocol does not acknowledge `subscribe`, so a client uses the `pong` to
//! know that it will miss no event. The server guarantees this: it polls each operation once before it reads
//! the next message.

mod close;
mod connection;
mod handshake;
mod message;
mod operations;
mod progress;

use std::sync::Arc;

use async_graphql::Executor;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::endpoint::Endpoint;
use crate::http::HttpError;
use crate::limits::MAX_REQUEST_BYTES;

use close::Close;
use connection::Connection;
use handshake::Accepted;
use progress::MessageProgress;

/// The subprotocol that a client must offer.
const PROTOCOL: &str = "graphql-transport-ws";

/// Upgrades the request to a WebSocket and spawns a task that serves it.
pub(crate) fn upgrade<E: Executor>(
    endpoint: Arc<Endpoint<E>>,
    parts: &mut Parts,
) -> Result<Response, HttpError> {
    if !hardening_http::origin::is_same_origin(&parts.headers, &parts.uri) {
        let message = "a page of another origin may not open a WebSocket";
        return Err(HttpError::new(StatusCode::FORBIDDEN, message));
    }
    let Accepted { response, connection, protocol } = handshake::accept(parts)?;
    endpoint.websockets.clone().spawn(async move {
        // Fails if the client disconnects before it receives the response.
        let Ok(connection) = connection.await else { return };
        // Messages up to twice the limit are received, so that the client gets a close code. The transport
        // stops longer ones.
        let longest = Some(2 * MAX_REQUEST_BYTES);
        let limits = WebSocketConfig::default().max_message_size(longest).max_frame_size(longest);
        let progress = MessageProgress::default();
        let stream = progress.observe(TokioIo::new(connection));
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(limits)).await;
        let connection = Connection::new(socket, progress, endpoint);
        if protocol {
            connection.serve().await;
        } else {
            connection.close(Some(Close::SUBPROTOCOL_NOT_ACCEPTABLE)).await;
        }
    });
    Ok(response)
}
