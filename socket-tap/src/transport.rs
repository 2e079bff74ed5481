//! The type of the connections that `TapConnector` creates, over TCP or a Unix-domain socket.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::conn_info::ConnInfo;
use crate::stream::TapStream;

/// A connection created by [`TapConnector`](crate::TapConnector), over TCP or a Unix-domain socket.
#[derive(Debug)]
pub struct TapTransport(Kind);

#[derive(Debug)]
enum Kind {
    Tcp(TapStream),
    #[cfg(unix)]
    Unix(TapStream<UnixStream>),
}

macro_rules! either {
    ($kind:expr, $stream:ident => $call:expr) => {
        match $kind {
            Kind::Tcp($stream) => $call,
            #[cfg(unix)]
            Kind::Unix($stream) => $call,
        }
    };
}

impl TapTransport {
    /// Returns the number, addresses and age of the connection.
    #[must_use]
    pub fn conn_info(&self) -> ConnInfo {
        either!(&self.0, stream => stream.conn_info())
    }
}

impl From<TapStream> for TapTransport {
    fn from(stream: TapStream) -> Self {
        Self(Kind::Tcp(stream))
    }
}

#[cfg(unix)]
impl From<TapStream<UnixStream>> for TapTransport {
    fn from(stream: TapStream<UnixStream>) -> Self {
        Self(Kind::Unix(stream))
    }
}

impl Connection for TapTransport {
    fn connected(&self) -> Connected {
        either!(&self.0, stream => stream.connected())
    }
}

impl AsyncRead for TapTransport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.get_mut().0, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for TapTransport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(&mut self.get_mut().0, stream => Pin::new(stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(&mut self.get_mut().0, stream => Pin::new(stream).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        either!(&self.0, stream => stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.get_mut().0, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.get_mut().0, stream => Pin::new(stream).poll_shutdown(cx))
    }
}
