//! `axum::serve` on a [`TapListener`].

use std::io;
use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};

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

/// The other side's address, for `Router::into_make_service_with_connect_info::<PeerAddr>()`.
///
/// axum gives a plain `SocketAddr` only for its own listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

impl Connected<IncomingStream<'_, TapListener>> for PeerAddr {
    fn connect_info(stream: IncomingStream<'_, TapListener>) -> Self {
        Self(*stream.remote_addr())
    }
}
