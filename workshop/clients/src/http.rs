//! An HTTP/1.1 client connection whose socket calls are recorded.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderName};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use socket_tap::Tap;
use tokio::task::JoinHandle;

use crate::connect;
use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Http {
    sender: SendRequest<Full<Bytes>>,
    connection: JoinHandle<()>,
    host: String,
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
        Ok(Self { sender, connection, host: address.to_string() })
    }

    /// Sends a request and waits for the response head.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        options: RequestOptions<'_>,
    ) -> Result<Response<Incoming>, Failure> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        request = request.header(ACCEPT, options.accept.unwrap_or("application/json"));
        if options.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some((name, value)) = options.header {
            request = request.header(name, value);
        }
        let body = Full::from(options.body.unwrap_or_default());
        let request = request.body(body).map_err(Failure::transport)?;
        self.sender.ready().await.map_err(Failure::transport)?;
        self.sender.send_request(request).await.map_err(Failure::transport)
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
