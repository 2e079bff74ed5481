//! A tower layer that adds the number of the connection to the log lines of a request.

use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;
use tracing::field::{Empty, display};
use tracing::instrument::{Instrument as _, Instrumented};
use tracing::{Span, info_span};

use crate::conn_info::ConnInfo;
use crate::event::SockId;

/// Name of the span field that holds the connection's number.
const FIELD: &str = "socket_tap.sock";

/// A [`Layer`] that records the connection's number on the request's span, as `socket_tap.sock`, so that a log line
/// leads to its connection in the trace.
///
/// If the current span has a field of that name (declared with [`Empty`]), the number is recorded there.
/// Otherwise the request runs in a new span, `connection`. The layer finds the connection's [`ConnInfo`] in
/// the request's extensions. To put it there, use `into_make_service_with_connect_info::<ConnInfo>()` in axum
/// and `TapIncoming::with_conn_info` in tonic. If the extensions contain no `ConnInfo`, or if the tap is off,
/// the layer does nothing.
///
/// With the feature `tonic` the layer also adds `TcpConnectInfo` to a request, so that `Request::remote_addr`
/// works.
///
/// ```
/// use socket_tap::ConnLayer;
/// use tower_layer::Layer;
///
/// # fn example<S>(service: S) {
/// let service = ConnLayer::new().layer(service);
/// # }
/// // axum: Router::new().layer(ConnLayer::new()); tonic: Server::builder().layer(ConnLayer::new())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnLayer(());

impl ConnLayer {
    /// Creates the layer.
    #[must_use]
    pub fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for ConnLayer {
    type Service = ConnService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ConnService { inner }
    }
}

/// A service that records the connection's number on each request's span, created by [`ConnLayer`].
#[derive(Clone, Copy, Debug)]
pub struct ConnService<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for ConnService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Instrumented<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        #[cfg(feature = "tonic")]
        let request = with_tcp_info(request);
        let sock = conn_info(&request).and_then(|info| info.sock);
        let span = sock.map_or_else(Span::none, span);
        let call = span.in_scope(|| self.inner.call(request));
        call.instrument(span)
    }
}

/// Returns a new span that has the connection's number. If the current span has a field for the number,
/// records the number there and returns a disabled span.
fn span(sock: SockId) -> Span {
    let current = Span::current();
    if current.has_field(FIELD) {
        current.record(FIELD, display(sock));
        return Span::none();
    }
    let span = info_span!("connection", socket_tap.sock = Empty);
    span.record(FIELD, display(sock));
    span
}

fn conn_info<B>(request: &Request<B>) -> Option<&ConnInfo> {
    let extensions = request.extensions();
    #[cfg(feature = "axum")]
    if let Some(axum::extract::ConnectInfo(info)) = extensions.get() {
        return Some(info);
    }
    extensions.get()
}

/// Adds the peer's address to the request's extensions as tonic's `TcpConnectInfo`, so that
/// `Request::remote_addr` finds it.
#[cfg(feature = "tonic")]
fn with_tcp_info<B>(mut request: Request<B>) -> Request<B> {
    use crate::event::Addr;
    use tonic::transport::server::TcpConnectInfo;

    let ip = |address: &Option<Addr>| match address {
        Some(Addr::Ip(address)) => Some(*address),
        _ => None,
    };
    let known = request.extensions().get::<TcpConnectInfo>().is_some();
    let info = request.extensions().get::<ConnInfo>().filter(|_| !known);
    let info = info.map(|info| TcpConnectInfo { local_addr: ip(&info.local), remote_addr: ip(&info.peer) });
    if let Some(info) = info {
        request.extensions_mut().insert(info);
    }
    request
}

#[cfg(test)]
#[path = "conn_layer_tests.rs"]
mod tests;
