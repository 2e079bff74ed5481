//! `graphql-transport-ws` over a WebSocket: subscriptions, and queries and mutations, too.
//!
//! # What a `pong` promises
//!
//! When a client sends `subscribe` and then `ping`, the subscription is on the watch by the time the `pong` arrives: no
//! later change is missed. The protocol has no answer to `subscribe` itself, so this is how to know when to go on.
//! It holds because an operation is polled once right where its `subscribe` is handled, before the next message is read.

mod close;
mod connection;
mod message;
mod operations;
mod origin;

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use crate::App;
use crate::http::Problem;
use crate::limits::MAX_REQUEST_BYTES;

use close::Close;
use connection::Connection;

/// The one subprotocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// Makes a WebSocket of the request, and serves it.
pub(crate) async fn upgrade(app: Arc<App>, parts: &mut Parts) -> Result<Response, Problem> {
    if !origin::is_own(&parts.headers) {
        let message = "a page of another site may not open a WebSocket here";
        return Err(Problem::new(StatusCode::FORBIDDEN, message));
    }
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &())
        .await
        .map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    // A message that is only a little too long gets its close code; the transport itself stops a huge one.
    let upgrade = upgrade.max_message_size(2 * MAX_REQUEST_BYTES).protocols([PROTOCOL]);
    let protocol_agreed = upgrade.selected_protocol().is_some();
    let open = app.sockets.token();
    Ok(upgrade.on_upgrade(async move |socket| {
        // Until its end the shutdown waits for it.
        let _open = open;
        let connection = Connection::new(socket, app);
        if protocol_agreed {
            connection.serve().await;
        } else {
            connection.end(Some(Close::SUBPROTOCOL_NOT_ACCEPTABLE)).await;
        }
    }))
}
