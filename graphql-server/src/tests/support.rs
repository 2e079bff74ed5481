//! Test support: requests over HTTP, and a WebSocket client.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::serve::ListenerExt as _;
use bookshelf::{BookPatch, Limits, Shelf};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::schema::{self, Mutation, Query, Subscription};

pub(super) const JSON: &str = "application/json";
pub(super) const GRAPHQL: &str = "application/graphql-response+json";
pub(super) const EVENTS: &str = "text/event-stream";

type Builder = async_graphql::SchemaBuilder<Query, Mutation, Subscription>;

/// The service as a router, with the shelf and the shutdown signal that it uses.
pub(super) struct Service {
    pub(super) router: Router,
    pub(super) shelf: Shelf,
    pub(super) shutdown: CancellationToken,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the code of the response's only error.
    pub(super) fn code(&self) -> String {
        let json = self.json();
        assert_eq!(json["errors"].as_array().unwrap().len(), 1, "{json}");
        json["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }
}

impl Service {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        Self::build(Shelf::with_limits(limits), |schema| schema)
    }

    pub(super) fn with_shelf(shelf: Shelf) -> Self {
        Self::build(shelf, |schema| schema)
    }

    /// Creates a service. `change` modifies the schema builder before the schema is built.
    pub(super) fn with_schema(change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::build(Shelf::seeded(), change)
    }

    fn build(shelf: Shelf, change: impl FnOnce(Builder) -> Builder) -> Self {
        let shutdown = CancellationToken::new();
        let schema = change(schema::build(shelf.clone(), shutdown.clone())).finish();
        Self { router: hardening_graphql::router(schema, crate::PAGE, shutdown.clone()), shelf, shutdown }
    }

    /// Sets the year of the first book.
    pub(super) async fn update(&self, year: i32) {
        let revision = self.shelf.book(1).await.unwrap().revision;
        self.shelf.update(1, revision, BookPatch { year: Some(year), ..BookPatch::default() }).await.unwrap();
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(super) async fn request(&self, method: &str, path: &str, accept: &str) -> Reply {
        let request = Request::builder().method(method).uri(path).header("accept", accept);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a JSON body by POST and returns the response.
    pub(super) async fn post(&self, accept: &str, body: impl ToString) -> Reply {
        let request = Request::post("/graphql").header("accept", accept).header("content-type", JSON);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends a query and returns the response.
    pub(super) async fn ask(&self, query: &str) -> Value {
        self.post(JSON, json!({ "query": query })).await.json()
    }

    /// Sends a query, which must not fail, and returns its data.
    pub(super) async fn data(&self, query: &str) -> Value {
        let mut response = self.ask(query).await;
        assert!(response.get("errors").is_none(), "{response}");
        response["data"].take()
    }

    /// Serves on a free port and returns its address.
    pub(super) async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Otherwise, the second of two messages would wait for the delayed acknowledgement of the first.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(axum::serve(listener, self.router.clone()).into_future());
        address
    }

    /// Starts the server on a free port, and opens a WebSocket with these headers.
    pub(super) async fn connect(&self, headers: &[(&'static str, &str)]) -> Result<Client, Error> {
        let address = self.listen().await;
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, value.replace("{own}", &address.to_string()).parse().unwrap());
        }
        let socket = TcpSocket::new_v4().unwrap();
        // A small buffer, so that a client that does not read soon blocks the server.
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        client_async(request, stream).await.map(|(socket, _)| Client(socket))
    }

    /// Opens a WebSocket with the supported subprotocol.
    pub(super) async fn client(&self) -> Client {
        self.connect(&[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    /// Opens a WebSocket and completes `connection_init`.
    pub(super) async fn ready(&self) -> Client {
        let mut client = self.client().await;
        client.send(json!({ "type": "connection_init" })).await;
        assert_eq!(client.receive().await, json!({ "type": "connection_ack" }));
        client
    }
}

/// A WebSocket client.
pub(super) struct Client(pub(super) WebSocketStream<TcpStream>);

impl Client {
    pub(super) async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// Returns the next message from the server.
    pub(super) async fn receive(&mut self) -> Value {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("not a message: {other:?}"),
            }
        }
    }

    /// Sends `subscribe` and `ping` in one write, so that the server reads both at once. The server's next
    /// message must be the `pong`.
    pub(super) async fn subscribe_and_ping(&mut self, id: &str, query: &str) {
        let subscribe = json!({ "type": "subscribe", "id": id, "payload": { "query": query } });
        self.0.feed(Message::text(subscribe.to_string())).await.unwrap();
        self.ping().await;
    }

    /// Sends `ping`. The server's next message must be the `pong`.
    pub(super) async fn ping(&mut self) {
        self.send(json!({ "type": "ping" })).await;
        assert_eq!(self.receive().await, json!({ "type": "pong" }));
    }

    /// Receives a WebSocket ping, which must be the server's next message, and sends the pong.
    pub(super) async fn is_pinged(&mut self) {
        assert!(matches!(self.0.next().await, Some(Ok(Message::Ping(_)))));
        self.0.flush().await.unwrap();
    }

    /// Returns the code and reason of the close frame, which must be the server's next and last message.
    pub(super) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    assert!(self.0.next().await.is_none_or(|rest| rest.is_err()));
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("not a close: {other:?}"),
            }
        }
    }
}
