//! A read half and a write half that borrow their stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::recorded;
use crate::socket::Socket;
use crate::socket_recorder::SocketRecorder;

/// A borrowed read half, returned by [`TapStream::split`](crate::TapStream::split).
#[derive(Debug)]
pub struct ReadHalf<'a, S: Socket + 'a = TcpStream> {
    pub(super) recorder: Option<&'a SocketRecorder>,
    pub(super) inner: S::ReadHalf<'a>,
}

/// A borrowed write half, returned by [`TapStream::split`](crate::TapStream::split). Dropping it sends no
/// FIN.
#[derive(Debug)]
pub struct WriteHalf<'a, S: Socket + 'a = TcpStream> {
    pub(super) recorder: Option<&'a SocketRecorder>,
    pub(super) inner: S::WriteHalf<'a>,
}

impl<S: Socket> AsyncRead for ReadHalf<'_, S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        recorded::poll_read(this.recorder, buf, |buf| Pin::new(&mut this.inner).poll_read(cx, buf))
    }
}

impl<S: Socket> AsyncWrite for WriteHalf<'_, S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        recorded::poll_write(this.recorder, buf, || Pin::new(&mut this.inner).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        recorded::poll_write_vectored(this.recorder, bufs, || {
            Pin::new(&mut this.inner).poll_write_vectored(cx, bufs)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        recorded::poll_flush(this.recorder, || Pin::new(&mut this.inner).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        recorded::poll_shutdown(this.recorder, || Pin::new(&mut this.inner).poll_shutdown(cx))
    }
}
