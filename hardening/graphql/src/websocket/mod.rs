//! `graphql-transport-ws` over a WebSocket: subscriptions, and queries and mutations, too.
//!
//! # What a `pong` promises
//!
//! When a client sends `subscribe` and then `ping`, the subscription is on the watch by the time the `pong` arrives: no
//! later change is missed. The protocol has no answer to `subscribe` itself, so this is how to know when to go on.
//! It holds because an operation is polled once right where its `subscribe` is handled, before the next message is read.

mod close;
mod connection;
mod frames;
mod handshake;
mod message;
mod operations;

use std::sync::Arc;

use async_graphql::Executor;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::endpoint::Endpoint;
use crate::http::Problem;
use crate::limits::MAX_REQUEST_BYTES;

use close::Close;
use connection::Connection;
use frames::Arrival;
use handshake::Agreed;

/// The one subprotocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// Makes a WebSocket of the request, and serves it in a task of its own.
pub(crate) fn upgrade<E: Executor>(app: Arc<Endpoint<E>>, parts: &mut Parts) -> Result<Response, Problem> {
    if !hardening_http::origin::is_same_origin(&parts.headers, &parts.uri) {
        let message = "a page of another site may not open a WebSocket here";
        return Err(Problem::new(StatusCode::FORBIDDEN, message));
    }
    let Agreed { response, connection, protocol } = handshake::agree(parts)?;
    // The shutdown waits for what this tracks.
    app.websockets.clone().spawn(async move {
        // A client that is gone before the answer reaches it needs no more.
        let Ok(connection) = connection.await else { return };
        // A message that is only a little too long gets its close code; the transport itself stops a huge one.
        let longest = Some(2 * MAX_REQUEST_BYTES);
        let limits = WebSocketConfig::default().max_message_size(longest).max_frame_size(longest);
        let arrival = Arrival::default();
        let stream = arrival.watch(TokioIo::new(connection));
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(limits)).await;
        let connection = Connection::new(socket, arrival, app);
        if protocol {
            connection.serve().await;
        } else {
            connection.end(Some(Close::SUBPROTOCOL_NOT_ACCEPTABLE)).await;
        }
    });
    Ok(response)
}
