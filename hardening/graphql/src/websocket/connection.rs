//! One connection: the loop between its socket and its operations.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use async_graphql::Executor;
use axum::body::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::document::Operation;
use crate::endpoint::Endpoint;
use crate::engine::Outcome;
use crate::errors::{code, request_error};
use crate::limits::{
    CLOSE_TIMEOUT, INIT_TIMEOUT, KEEP_ALIVE, MAX_OPERATIONS, MAX_REQUEST_BYTES, SEND_TIMEOUT,
};

use super::close::Close;
use super::frames::Arrival;
use super::message::{ClientMessage, ServerMessage};
use super::operations::{Event, Operations};

/// A WebSocket and what runs on it. All of it is one task: when the socket goes, the operations go with it.
pub(super) struct Connection<S, E> {
    socket: WebSocketStream<S>,
    arrival: Arrival,
    app: Arc<Endpoint<E>>,
    operations: Operations,
    /// Whether `connection_init` came and was answered.
    acknowledged: bool,
    /// Whether anything came in since the last keep-alive.
    heard: bool,
}

/// Ends the loop: with a close frame of ours, or `None` when the client went first.
type End = Option<Close>;

impl<S: AsyncRead + AsyncWrite + Unpin, E: Executor> Connection<S, E> {
    /// `arrival` watches the stream below the socket.
    pub(super) fn new(socket: WebSocketStream<S>, arrival: Arrival, app: Arc<Endpoint<E>>) -> Self {
        Self { socket, arrival, app, operations: Operations::default(), acknowledged: false, heard: true }
    }

    /// Serves the connection to its end.
    pub(super) async fn serve(mut self) {
        let shutdown = self.app.shutdown.clone();
        let end = tokio::select! {
            biased;
            // Cuts in also while a client that reads nothing keeps the loop waiting in a send.
            () = shutdown.cancelled() => Some(Close::GOING_AWAY),
            Err(end) = self.run() => end,
        };
        self.end(end).await;
    }

    async fn run(&mut self) -> Result<Infallible, End> {
        let mut init_timeout = pin!(sleep(INIT_TIMEOUT));
        let mut keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
        // A ping that was late because of a long send is not followed by the next one at once.
        keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut init_timeout, if !self.acknowledged => return Err(Some(Close::INIT_TIMEOUT)),
                _ = keep_alive.tick() => self.keep_alive().await?,
                event = self.operations.next() => self.report(event).await?,
                message = self.socket.next() => match message {
                    Some(Ok(message)) => self.receive(message).await?,
                    Some(Err(error)) => return Err(Close::of(&error)),
                    None => return Err(None),
                },
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), End> {
        self.heard = true;
        match message {
            Message::Text(text) if text.len() > MAX_REQUEST_BYTES => Err(Some(Close::TOO_LONG)),
            Message::Text(text) => match ClientMessage::parse(&text) {
                Ok(message) => self.obey(message).await,
                Err(wrong) => Err(Some(Close::invalid_message(wrong))),
            },
            Message::Binary(_) => Err(Some(Close::invalid_message("Messages are text"))),
            // The transport answers these by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
            Message::Close(_) => Err(None),
        }
    }

    async fn obey(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit if self.acknowledged => Err(Some(Close::TOO_MANY_INITS)),
            ClientMessage::ConnectionInit => {
                self.acknowledged = true;
                self.send(&ServerMessage::ConnectionAck).await
            }
            ClientMessage::Ping { payload } => self.send(&ServerMessage::Pong { payload }).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { .. } if !self.acknowledged => Err(Some(Close::UNAUTHORIZED)),
            ClientMessage::Subscribe { id, .. } if self.operations.contains(&id) => {
                Err(Some(Close::already_exists(&id)))
            }
            ClientMessage::Subscribe { id, .. } if self.operations.len() >= MAX_OPERATIONS => {
                let message = format!("at most {MAX_OPERATIONS} operations run at once on a connection");
                let error = request_error(code::LIMIT_REACHED, message, None);
                self.report((id, Some(error.into()))).await
            }
            ClientMessage::Subscribe { id, request } => self.start(id, *request).await,
            ClientMessage::Complete { id } => {
                self.operations.stop(&id);
                Ok(())
            }
        }
    }

    async fn start(&mut self, id: String, request: async_graphql::Request) -> Result<(), End> {
        let event = match Operation::prepare(request, &self.app.nullable) {
            Ok(operation) => self.operations.start(id, self.app.engine.stream(operation)).await,
            Err(error) => Some((id, Some(error.into()))),
        };
        match event {
            Some(event) => self.report(event).await,
            None => Ok(()),
        }
    }

    /// Passes on what an operation has for its client.
    async fn report(&mut self, (id, outcome): Event) -> Result<(), End> {
        match outcome {
            // Ends the operation: no `complete` follows.
            Some(Outcome::Refused { errors }) => {
                self.operations.stop(&id);
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
            // It is gone, or takes nothing.
            _ => Err(None),
        }
    }

    /// Pings the client; every client's transport answers that by itself.
    async fn keep_alive(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.heard) {
            return Err(None);
        }
        if self.arrival.is_stuck() {
            return Err(Some(Close::MESSAGE_TIMEOUT));
        }
        self.transmit(Message::Ping(Bytes::new())).await
    }

    /// Ends the operations and the connection, politely while the client plays along.
    pub(super) async fn end(mut self, end: End) {
        if end != Some(Close::GOING_AWAY) {
            self.operations.stop_all();
        }
        let goodbye = async {
            // Queries and mutations come to their end, and subscriptions have theirs with the service.
            while !self.operations.is_empty() {
                let event = self.operations.next().await;
                self.report(event).await?;
            }
            if let Some(close) = end {
                self.socket.send(Message::Close(Some(close.into_frame()))).await.map_err(|_| End::None)?;
            }
            // Until the client's own close frame is in: a socket that is closed with bytes still unread is reset, and a
            // reset can overtake the reason that was just sent.
            while let Some(Ok(_)) = self.socket.next().await {}
            self.socket.get_mut().shutdown().await.map_err(|_| End::None)
        };
        // Whatever comes of it, the socket is dropped now.
        let _ = timeout(CLOSE_TIMEOUT, goodbye).await;
    }
}
