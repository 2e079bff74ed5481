//! A connection that enforces its timeouts.
//!
//! hyper, h2 and tonic each lack some of the timeouts. So a stream between the socket and the framework
//! enforces all of them, in the same way for every server. This stream passes all bytes on, except those that
//! the client sends after the last response, which the stream discards.
//!
//! # Layout
//!
//! - this file: the stream
//! - `activity`: the requests and responses in progress, which the timeouts depend on
//! - `exchange`: guards that count a request, or its body, as in progress
//! - `body`: request and response bodies that report their progress
//! - `timers`: the idle timer and the write-stall timer
//! - `drain`: discards the bytes that a client still sends after the last response

mod activity;
#[cfg_attr(
    not(feature = "tonic"),
    allow(unreachable_pub, reason = "the public API of the module `tonic` uses these types")
)]
mod body;
mod drain;
mod exchange;
mod timers;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use socket_tap::TapStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::networks::Admission;
use crate::slots::Slot;
use crate::{Limits, Shutdown};

pub(crate) use activity::Activity;
pub(crate) use body::{RequestBody, ResponseBody};
use drain::Drain;
pub use exchange::Exchange;
use timers::{IdleTimer, StallTimer};

/// A stream with timeouts. A read returns EOF when the client leaves the stream idle for too long, and a
/// write fails when it waits for too long. After the stream is shut down, it waits for the client to close
/// the connection.
#[derive(Debug)]
pub struct Connection {
    stream: TapStream,
    read_state: ReadState,
    /// Waker of the task that reads. Set while a write waits for the client, because nothing is read during
    /// that time.
    blocked_reader: Option<Waker>,
    idle: IdleTimer,
    stall: StallTimer,
    /// `Some` once the server has shut down its sending side.
    drain: Option<Drain>,
    activity: Activity,
    /// The slot that this connection occupies, and its count in its network. Declared last, so that it becomes free only after `stream` is
    /// closed.
    _slot: (Slot, Option<Admission>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadState {
    Open,
    /// The client has half-closed the connection.
    HalfClosed,
    /// The idle timer has expired. The framework reads EOF and closes the connection gracefully.
    Expired,
}

impl Connection {
    pub(crate) fn new(
        stream: TapStream,
        limits: &Limits,
        shutdown: &Shutdown,
        slot: (Slot, Option<Admission>),
    ) -> Self {
        let activity = Activity::new(shutdown.child_token());
        Self {
            stream,
            read_state: ReadState::Open,
            blocked_reader: None,
            idle: IdleTimer::new(limits, &activity),
            stall: StallTimer::new(limits.write_timeout),
            drain: None,
            activity,
            _slot: slot,
        }
    }

    pub(crate) fn activity(&self) -> Activity {
        self.activity.clone()
    }

    /// Begins an exchange of a protocol other than HTTP. The connection is not idle until the returned guard
    /// is dropped.
    #[must_use]
    pub fn begin_exchange(&self) -> Exchange {
        Exchange::begin(&self.activity, false)
    }

    pub(crate) fn stream(&self) -> &TapStream {
        &self.stream
    }

    fn poll_bytes(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) if buf.filled().len() == before && buf.remaining() > 0 => {
                self.read_state = ReadState::HalfClosed;
                self.activity.poll_responses_complete(cx).map(Ok)
            }
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => {
                ready!(self.idle.poll_expired(cx, &self.activity));
                self.read_state = ReadState::Expired;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Returns `result`, or an error if the write has been pending for longer than the write timeout.
    fn finish_write<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_pending() {
            ready!(self.stall.poll_expired(cx));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "write timeout: the client does not read",
            )));
        }
        self.stall.stop();
        if let Some(reader) = self.blocked_reader.take() {
            reader.wake();
        }
        result
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // While a write waits, nothing is read: further requests would need more memory, and the framework
        // would treat EOF as the end of the response, too.
        if self.stall.is_running() {
            self.blocked_reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        match self.read_state {
            ReadState::Open => self.poll_bytes(cx, buf),
            // The frameworks close the connection at EOF, so it is reported after the last response.
            ReadState::HalfClosed => self.activity.poll_responses_complete(cx).map(Ok),
            ReadState::Expired => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.finish_write(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.finish_write(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.drain.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        }
        // A half-closed client sends nothing more. An expired connection gets no further time.
        if this.read_state == ReadState::Open {
            ready!(this.drain.get_or_insert_with(Drain::new).poll(cx, &mut this.stream));
            this.read_state = ReadState::HalfClosed;
        }
        Poll::Ready(Ok(()))
    }
}
