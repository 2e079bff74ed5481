//! Test support: clients without a network, and calls as plain HTTP.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, Response, StatusCode, Version};
use bookshelf::{Limits, Shelf};
use bookshelf_proto::v1::bookshelf_service_client::BookshelfServiceClient;
use bytes::Bytes;
use hardening_http::Shutdown;
use http_body_util::BodyExt as _;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use socket_tap::{Tap, TapListener};
use tokio::net::TcpStream;
use tonic::body::Body;
use tonic::codegen::StdError;
use tonic::service::Routes;
use tonic::{Code, Status, Streaming};
use tonic_health::pb::health_client::HealthClient;
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::ServiceExt as _;

pub(super) const SERVICE: &str = "/bookshelf.v1.BookshelfService";

/// The services, with the shelf and the shutdown signal that they use.
pub(super) struct Server {
    routes: Routes,
    pub(super) shelf: Shelf,
    pub(super) shutdown: Shutdown,
}

impl Server {
    pub(super) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(super) fn with_limits(limits: Limits) -> Self {
        let (shelf, shutdown) = (Shelf::with_limits(limits), Shutdown::new());
        Self {
            routes: crate::routes(
                shelf.clone(),
                shutdown.clone(),
                hardening_http::Limits::default().request_timeout,
            )
            .unwrap(),
            shelf,
            shutdown,
        }
    }

    pub(super) fn client(&self) -> BookshelfServiceClient<Routes> {
        BookshelfServiceClient::new(self.routes.clone())
    }

    pub(super) fn health(&self) -> HealthClient<Routes> {
        HealthClient::new(self.routes.clone())
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(self.routes.clone(), request).await
    }

    /// Sends a call as plain HTTP/2, with additional headers.
    pub(super) async fn call(&self, method: &str, headers: &[(&str, &str)], body: Bytes) -> Reply {
        self.send(request(method, headers, http_body_util::Full::new(body))).await
    }
}

/// Starts a server on a free loopback port.
pub(super) async fn serve() -> SocketAddr {
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap().nodelay(true);
    let address = listener.local_addr().unwrap();
    tokio::spawn(crate::serve(listener, Shelf::seeded(), Shutdown::new()));
    address
}

/// Returns a builder of an HTTP/2 request.
pub(super) fn post(path: &str) -> Builder {
    Request::post(path).version(Version::HTTP_2)
}

/// Returns a call of a `BookshelfService` method, with additional headers.
pub(super) fn request<B>(method: &str, headers: &[(&str, &str)], body: B) -> Request<Body>
where
    B: HttpBody<Data = Bytes, Error: Into<StdError>> + Send + 'static,
{
    let request = post(&format!("{SERVICE}/{method}")).header("content-type", "application/grpc");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::new(body)).unwrap()
}

/// Encodes a message, uncompressed and with its length prefix.
pub(super) fn frame(message: &impl Message) -> Bytes {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], &message].concat().into()
}

/// The response to a call, as plain HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) http: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    trailers: Option<HeaderMap>,
}

impl Reply {
    pub(super) async fn of(routes: Routes, request: Request<Body>) -> Self {
        Self::read(within_a_year(routes.oneshot(request)).await.unwrap()).await
    }

    /// Sends the request to a new server over loopback TCP.
    pub(super) async fn over_tcp(mut request: Request<Body>) -> Self {
        let address = serve().await;
        *request.uri_mut() = format!("http://{address}{}", request.uri()).parse().unwrap();
        let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (mut client, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        Self::read(client.send_request(request).await.unwrap()).await
    }

    async fn read<B: HttpBody<Error: Debug>>(response: Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let body = within_a_year(body.collect()).await.unwrap();
        let trailers = body.trailers().cloned();
        Self { http: parts.status, headers: parts.headers, body: body.to_bytes(), trailers }
    }

    /// Returns the status in the trailers, or in the headers of a response without messages.
    pub(super) fn status(&self) -> Status {
        let found = self.trailers.as_ref().unwrap_or(&self.headers);
        Status::from_header_map(found).unwrap_or_else(|| panic!("no status: {self:?}"))
    }

    /// Returns the code of an error. Panics if the error has another reason than `reason`.
    pub(super) fn code(&self, reason: &str) -> Code {
        let status = self.status();
        details(&status, reason);
        status.code()
    }
}

/// Returns the next message of a stream.
pub(super) async fn next<T>(stream: &mut Streaming<T>) -> Result<Option<T>, Status> {
    within_a_year(stream.message()).await
}

/// Waits for `future`. Panics after a year, which passes at once under a paused clock.
async fn within_a_year<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(365 * 24 * 60 * 60), future).await.unwrap()
}

/// Returns the details of an error. Panics if the error has another reason than `reason`.
pub(super) fn details(status: &Status, reason: &str) -> ErrorDetails {
    let details = status.check_error_details().unwrap();
    let info = details.error_info().unwrap_or_else(|| panic!("no reason: {status:?}"));
    assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "bookshelf.v1"), "{status:?}");
    details
}

/// Returns a value from the metadata of an error.
pub(super) fn value(details: &ErrorDetails, key: &str) -> String {
    let metadata = &details.error_info().unwrap().metadata;
    metadata.get(key).unwrap_or_else(|| panic!("{key} is not in {metadata:?}")).clone()
}
