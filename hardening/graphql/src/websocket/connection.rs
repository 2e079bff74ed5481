//! Serves a WebSocket: receives messages, runs operations, and sends their results.

use std::convert::Infallible;
use std::mem;
use std::pin::pin;
use std::sync::Arc;

use async_graphql::{Executor, Request};
use axum::body::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::close::Close;
use super::message::{ClientMessage, ServerMessage};
use super::operations::{Event, Operations};
use super::progress::MessageProgress;
use crate::document::Operation;
use crate::endpoint::Endpoint;
use crate::engine::Outcome;
use crate::errors::{code, request_error};
use crate::limits::{
    CLOSE_TIMEOUT, INIT_TIMEOUT, KEEP_ALIVE, MAX_OPERATIONS, MAX_REQUEST_BYTES, SEND_TIMEOUT,
};

/// A WebSocket and the operations that run on it. All run in one task, so that they end together.
pub(super) struct Connection<S, E> {
    socket: WebSocketStream<S>,
    progress: MessageProgress,
    endpoint: Arc<Endpoint<E>>,
    operations: Operations,
    /// `true` after `connection_init`.
    is_acknowledged: bool,
    /// `true` if a message has arrived since the last ping.
    is_alive: bool,
}

/// The close frame that ends a connection. `None` if the client has disconnected or no longer responds.
type End = Option<Close>;

impl<S: AsyncRead + AsyncWrite + Unpin, E: Executor> Connection<S, E> {
    /// Creates a connection. `socket` must read from the stream that `progress.observe` has returned (see
    /// [`MessageProgress::observe`]), because `progress` detects messages that stay incomplete.
    pub(super) fn new(
        socket: WebSocketStream<S>,
        progress: MessageProgress,
        endpoint: Arc<Endpoint<E>>,
    ) -> Self {
        let operations = Operations::default();
        Self { socket, progress, endpoint, operations, is_acknowledged: false, is_alive: true }
    }

    /// Serves the connection until it ends, and closes it.
    pub(super) async fn serve(mut self) {
        let shutdown = self.endpoint.shutdown.clone();
        let end = tokio::select! {
            biased;
            // Also interrupts a send to a client that does not read.
            () = shutdown.cancelled() => Some(Close::GOING_AWAY),
            Err(end) = self.run() => end,
        };
        self.close(end).await;
    }

    async fn run(&mut self) -> Result<Infallible, End> {
        let mut init_timeout = pin!(sleep(INIT_TIMEOUT));
        let mut keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        // With the default behavior, a ping would immediately follow one that a long send has delayed.
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut init_timeout, if !self.is_acknowledged => return Err(Some(Close::INIT_TIMEOUT)),
                _ = keep_alive.tick() => self.keep_alive().await?,
                event = self.operations.next() => self.send_event(event).await?,
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.receive(message).await?,
                    Some(Err(error)) => return Err(Close::from_error(&error)),
                    None => return Err(None),
                },
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        self.is_alive = true;
        match message {
            Message::Text(text) if text.len() > MAX_REQUEST_BYTES => Err(Some(Close::TOO_LONG)),
            Message::Text(text) => match ClientMessage::parse(&text) {
                Ok(message) => self.handle(message).await,
                Err(reason) => Err(Some(Close::invalid_message(reason))),
            },
            Message::Binary(_) => Err(Some(Close::invalid_message("Invalid message: it must be text"))),
            // tungstenite responds to pings.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
            Message::Close(_) => Err(None),
        }
    }

    async fn handle(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit if self.is_acknowledged => Err(Some(Close::TOO_MANY_INITS)),
            ClientMessage::ConnectionInit => {
                self.is_acknowledged = true;
                self.send(&ServerMessage::ConnectionAck).await
            }
            ClientMessage::Ping { payload } => self.send(&ServerMessage::Pong { payload }).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { .. } if !self.is_acknowledged => Err(Some(Close::UNAUTHORIZED)),
            ClientMessage::Subscribe { id, .. } if self.operations.contains(&id) => {
                Err(Some(Close::already_exists(&id)))
            }
            ClientMessage::Subscribe { id, .. } if self.operations.len() >= MAX_OPERATIONS => {
                let message =
                    format!("a connection runs at most {MAX_OPERATIONS} operations at the same time");
                let error = request_error(code::LIMIT_REACHED, message, None);
                self.send_event((id, Some(error.into()))).await
            }
            ClientMessage::Subscribe { id, request } => self.start(id, *request).await,
            ClientMessage::Complete { id } => {
                self.operations.cancel(&id);
                Ok(())
            }
        }
    }

    async fn start(&mut self, id: String, request: Request) -> Result<(), End> {
        let event = match Operation::prepare(request, &self.endpoint.roots) {
            Ok(operation) => {
                let outcomes = self.endpoint.engine.execute_stream(operation);
                self.operations.start(id, outcomes).await
            }
            Err(error) => Some((id, Some(error.into()))),
        };
        match event {
            Some(event) => self.send_event(event).await,
            None => Ok(()),
        }
    }

    async fn send_event(&mut self, (id, outcome): Event) -> Result<(), End> {
        match outcome {
            // `error` ends an operation: no `complete` may follow.
            Some(Outcome::RequestError { errors }) => {
                self.operations.cancel(&id);
                self.send(&ServerMessage::Error { id: &id, payload: &errors }).await
            }
            Some(outcome) => self.send(&ServerMessage::Next { id: &id, payload: &outcome }).await,
            None => self.send(&ServerMessage::Complete { id: &id }).await,
        }
    }

    async fn send(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        let text = serde_json::to_string(message).map_err(|_| None)?;
        self.transmit(Message::text(text)).await
    }

    async fn transmit(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // The client has disconnected or does not read.
            _ => Err(None),
        }
    }

    /// Sends a ping. Fails if nothing has arrived since the last ping, or if the same message is still
    /// incomplete.
    async fn keep_alive(&mut self) -> Result<(), End> {
        if !mem::take(&mut self.is_alive) {
            return Err(None);
        }
        if self.progress.is_stalled() {
            return Err(Some(Close::MESSAGE_TIMEOUT));
        }
        self.transmit(Message::Ping(Bytes::new())).await
    }

    /// Closes the connection with the close frame `end`. If `end` is [`Close::GOING_AWAY`], the service is
    /// shutting down: the running queries and mutations are completed first.
    pub(super) async fn close(mut self, end: End) {
        if end != Some(Close::GOING_AWAY) {
            self.operations.cancel_all();
        }
        let closing = async {
            // The shutdown itself ends the subscriptions.
            while !self.operations.is_empty() {
                let event = self.operations.next().await;
                self.send_event(event).await?;
            }
            if let Some(close) = end {
                self.socket.send(Message::Close(Some(close.into_frame()))).await.map_err(|_| End::None)?;
            }
            // Reads until the client's close frame. The kernel resets a connection that is closed with unread
            // bytes, and the reset may overtake the close frame.
            while let Some(Ok(_)) = self.socket.next().await {}
            self.socket.get_mut().shutdown().await.map_err(|_| End::None)
        };
        // The socket is dropped in any case.
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }
}
