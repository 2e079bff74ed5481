//! Support for `axum::serve` on a [`TapListener`] or a `TapUnixListener`.

use std::io;
use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};

use crate::conn_info::ConnInfo;
use crate::listener::TapListener;
use crate::stream::TapStream;

impl Listener for TapListener {
    type Io = TapStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        self.accept_next().await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }
}

#[cfg(unix)]
impl Listener for crate::TapUnixListener {
    type Io = TapStream<tokio::net::UnixStream>;
    type Addr = tokio::net::unix::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        self.accept_next().await
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Self::local_addr(self)
    }
}

/// Makes the extractor `ConnectInfo<ConnInfo>` available to handlers. Serve the router with
/// `Router::into_make_service_with_connect_info::<ConnInfo>()`.
impl Connected<IncomingStream<'_, TapListener>> for ConnInfo {
    fn connect_info(stream: IncomingStream<'_, TapListener>) -> Self {
        stream.io().conn_info()
    }
}

#[cfg(unix)]
impl Connected<IncomingStream<'_, crate::TapUnixListener>> for ConnInfo {
    fn connect_info(stream: IncomingStream<'_, crate::TapUnixListener>) -> Self {
        stream.io().conn_info()
    }
}

/// The peer's address, for the extractor `ConnectInfo<PeerAddr>`. Serve the router with
/// `Router::into_make_service_with_connect_info::<PeerAddr>()`.
///
/// axum implements `ConnectInfo<SocketAddr>` for its own listeners, and for every listener behind
/// [`tap_io`](axum::serve::ListenerExt::tap_io). With `tap_io`, handlers that extract a `SocketAddr` need no change:
///
/// ```
/// use std::net::SocketAddr;
///
/// use axum::serve::ListenerExt;
/// use axum::{Router, extract::ConnectInfo, routing::get};
/// use socket_tap::{Tap, TapListener};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
///     peer.to_string()
/// }
///
/// let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?.tap_io(|_| {});
/// let app = Router::new().route("/", get(peer)).into_make_service_with_connect_info::<SocketAddr>();
/// let serve = axum::serve(listener, app);
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

impl Connected<IncomingStream<'_, TapListener>> for PeerAddr {
    fn connect_info(stream: IncomingStream<'_, TapListener>) -> Self {
        Self(*stream.remote_addr())
    }
}
