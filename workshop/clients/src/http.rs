//! A client connection over HTTP/1.1 or HTTP/2, whose socket calls are recorded.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName};
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde::Serialize;
use socket_tap::Tap;
use tokio::task::JoinHandle;

use crate::connect;
use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Http {
    sender: Sender,
    connection: JoinHandle<()>,
    host: String,
}

/// Sends requests in one of the two versions of HTTP.
#[derive(Debug)]
enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Sender {
    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

/// Optional headers and body of a request.
#[derive(Default)]
pub(crate) struct RequestOptions<'a> {
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) header: Option<(HeaderName, &'a str)>,
    pub(crate) accept: Option<&'a str>,
}

impl RequestOptions<'_> {
    pub(crate) fn json(body: &impl Serialize) -> Result<Self, Failure> {
        Ok(Self { body: Some(serde_json::to_vec(body).map_err(Failure::transport)?), ..Self::default() })
    }
}

impl Http {
    pub(crate) async fn connect(tap: &Tap, address: SocketAddr) -> Result<Self, Failure> {
        let stream = connect(tap, address).await.map_err(Failure::transport)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(Failure::transport)?;
        // The requests report the errors of their connection.
        let connection = tokio::spawn(async { _ = connection.await });
        Ok(Self { sender: Sender::Http1(sender), connection, host: address.to_string() })
    }

    /// Connects with HTTP/2, which the server must support: nothing is negotiated.
    pub(crate) async fn connect_http2(tap: &Tap, address: SocketAddr) -> Result<Self, Failure> {
        let stream = connect(tap, address).await.map_err(Failure::transport)?;
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(Failure::transport)?;
        let connection = tokio::spawn(async { _ = connection.await });
        Ok(Self { sender: Sender::Http2(sender), connection, host: address.to_string() })
    }

    /// Sends a request and waits for the response head.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        options: RequestOptions<'_>,
    ) -> Result<Response<Incoming>, Failure> {
        // HTTP/1.1 names the host in a header, HTTP/2 in the URI.
        let mut request = match self.sender {
            Sender::Http1(_) => Request::builder().uri(path).header(HOST, &self.host),
            Sender::Http2(_) => Request::builder().uri(format!("http://{}{path}", self.host)),
        };
        request = request.method(method).header(ACCEPT, options.accept.unwrap_or("application/json"));
        if options.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some((name, value)) = options.header {
            request = request.header(name, value);
        }
        let body = Full::from(options.body.unwrap_or_default());
        let request = request.body(body).map_err(Failure::transport)?;
        self.sender.send(request).await.map_err(Failure::transport)
    }

    /// Sends a request and reads the complete response.
    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        options: RequestOptions<'_>,
    ) -> Result<Response<Bytes>, Failure> {
        let (head, body) = self.send(method, path, options).await?.into_parts();
        let body = body.collect().await.map_err(Failure::transport)?.to_bytes();
        Ok(Response::from_parts(head, body))
    }

    /// Closes the connection and waits until it is closed.
    pub(crate) async fn close(self) {
        drop(self.sender);
        // The task fails only if the runtime is dropped.
        let _ = self.connection.await;
    }
}
