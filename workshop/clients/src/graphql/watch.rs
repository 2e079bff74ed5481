//! The GraphQL watcher: a subscription over WebSocket (`graphql-transport-ws`).

use std::net::SocketAddr;

use bookshelf::Change;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use socket_tap::{Tap, TapStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

use super::response::{BOOK, Response, SelectedChange};
use crate::failure::Failure;
use crate::{Result, Watch, connect};

const WATCH: &str = "subscription{bookChanged{sequence kind book{...b}}}";

/// A watcher that reads a subscription over WebSocket (`graphql-transport-ws`).
#[derive(Debug)]
pub struct GraphqlWatch {
    socket: WebSocketStream<TapStream>,
    /// Number of changes that [`next`](Watch::next) will still return.
    remaining: u32,
}

impl GraphqlWatch {
    pub(super) async fn open(tap: &Tap, address: SocketAddr, changes: u32) -> Result<Self> {
        let stream = connect(tap, address).await.map_err(Failure::transport)?;
        let mut request =
            format!("ws://{address}/graphql").into_client_request().map_err(Failure::transport)?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        let (socket, _) =
            tokio_tungstenite::client_async(request, stream).await.map_err(Failure::transport)?;
        let mut watch = GraphqlWatch { socket, remaining: changes };
        watch.send(json!({ "type": "connection_init" })).await?;
        watch.wait_for("connection_ack").await?;
        let query = format!("{WATCH}{BOOK}");
        watch.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })).await?;
        // The protocol does not confirm a subscription. This server handles messages in order, so the pong implies it.
        watch.send(json!({ "type": "ping" })).await?;
        watch.wait_for("pong").await?;
        Ok(watch)
    }

    async fn send(&mut self, message: Value) -> Result<()> {
        self.socket.send(Message::text(message.to_string())).await.map_err(Failure::transport)
    }

    /// Returns the next `graphql-transport-ws` message, or `None` at the end of the connection.
    async fn receive(&mut self) -> Result<Option<Value>> {
        while let Some(message) = self.socket.next().await {
            match message {
                Ok(Message::Text(text)) => {
                    return serde_json::from_str(&text).map(Some).map_err(Failure::transport);
                }
                Ok(Message::Close(_)) | Err(SocketError::ConnectionClosed) => return Ok(None),
                Ok(_) => {}
                Err(error) => return Err(Failure::transport(error)),
            }
        }
        Ok(None)
    }

    async fn wait_for(&mut self, kind: &str) -> Result<()> {
        match self.receive().await? {
            Some(message) if message["type"] == kind => Ok(()),
            other => {
                Err(Failure::transport(format!("expected a message of type {kind}, received {other:?}")))
            }
        }
    }
}

impl Watch for GraphqlWatch {
    async fn next(&mut self) -> Result<Option<Change>> {
        if self.remaining == 0 {
            return Ok(None);
        }
        let Some(mut message) = self.receive().await? else {
            return Ok(None);
        };
        self.remaining -= 1;
        match message["type"].as_str() {
            Some("next") => {
                let response: Response =
                    serde_json::from_value(message["payload"].take()).map_err(Failure::transport)?;
                response.field::<SelectedChange>("bookChanged")?.try_into().map(Some)
            }
            Some("complete") => Ok(None),
            _ => Err(Failure::transport(format!(
                "expected a message of type next or complete, received {message}"
            ))),
        }
    }

    async fn close(mut self) {
        // The server may already have closed the connection.
        let _ = self.send(json!({ "type": "complete", "id": "1" })).await;
        let _ = self.socket.close(None).await;
        while let Ok(Some(_)) = self.receive().await {}
        let _ = tokio::io::AsyncWriteExt::shutdown(self.socket.get_mut()).await;
    }
}
