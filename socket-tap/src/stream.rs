//! A stream that records what goes through it.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::event::SockId;
use crate::recorder::Direction;
use crate::sensor::{Access, Sensor};

/// A stream that records every read, write, shutdown, and its close, and forwards all of them unchanged.
///
/// It comes from [`TapListener::accept`](crate::TapListener::accept) or [`TapStream::connect`], or is put around any
/// stream with [`TapStream::wrap`].
#[derive(Debug)]
pub struct TapStream<S = TcpStream> {
    /// The first field is dropped first: the kernel can then still be asked about the stream.
    sensor: Option<Sensor>,
    inner: S,
}

impl<S> TapStream<S> {
    pub(crate) fn new(inner: S, sensor: Option<Sensor>) -> Self {
        Self { sensor, inner }
    }

    /// The stream inside. Bytes that are read or written past the tap are not recorded.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Its number in the recording; `None` when nothing is recorded.
    pub fn sock(&self) -> Option<SockId> {
        self.sensor.as_ref().map(Sensor::sock)
    }

    /// The stream inside, from here on unrecorded. The recording says so with a `release`, which carries the totals; a
    /// close does not follow, because the tap will not see it.
    pub fn into_inner(self) -> S {
        let Self { sensor, inner } = self;
        if let Some(sensor) = sensor {
            sensor.release();
        }
        inner
    }
}

impl TapStream<TcpStream> {
    /// The other side's address.
    ///
    /// # Errors
    /// As [`TcpStream::peer_addr`].
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }

    /// Our address.
    ///
    /// # Errors
    /// As [`TcpStream::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TapStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // The caller's buffer may hold bytes already: only its growth was read.
        let (before, room) = (buf.filled().len(), buf.remaining());
        let result = ready!(Pin::new(&mut self.inner).poll_read(cx, buf));
        if let Some(sensor) = &self.sensor {
            match &result {
                Ok(()) => {
                    let bytes = buf.filled().get(before..).unwrap_or_default();
                    sensor.read(bytes, room, Access::Exclusive);
                }
                Err(error) => sensor.transfer_failed(Direction::Read, error),
            }
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TapStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let entered = self.sensor.as_ref().map(Sensor::enter);
        let result = ready!(Pin::new(&mut self.inner).poll_write(cx, buf));
        if let (Some(sensor), Some(entered)) = (&self.sensor, &entered) {
            match &result {
                Ok(written) => {
                    sensor.wrote(entered, (*written, 0), std::iter::once(buf), Access::Exclusive);
                }
                Err(error) => sensor.transfer_failed(Direction::Write, error),
            }
        }
        Poll::Ready(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let entered = self.sensor.as_ref().map(Sensor::enter);
        let result = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs));
        if let (Some(sensor), Some(entered)) = (&self.sensor, &entered) {
            match &result {
                Ok(written) => {
                    let (size, parts) = ((*written, bufs.len()), bufs.iter().map(|buf| &**buf));
                    sensor.wrote(entered, size, parts, Access::Exclusive);
                }
                Err(error) => sensor.transfer_failed(Direction::Write, error),
            }
        }
        Poll::Ready(result)
    }

    // hyper and h2 choose how they write by this answer.
    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.inner).poll_flush(cx));
        if let (Some(sensor), Err(error)) = (&self.sensor, &result) {
            sensor.flush_failed(error);
        }
        Poll::Ready(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let entered = self.sensor.as_ref().map(Sensor::enter);
        let result = ready!(Pin::new(&mut self.inner).poll_shutdown(cx));
        if let (Some(sensor), Some(entered)) = (&self.sensor, &entered) {
            sensor.shut_down(entered, &result);
        }
        Poll::Ready(result)
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "stream_properties/mod.rs"]
mod properties;
