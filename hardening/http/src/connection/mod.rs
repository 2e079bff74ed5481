//! An accepted connection with its deadlines.
//!
//! They stand here, between the socket and the framework, since no framework has all of them, and so that they are the
//! same in all three servers. Nothing is read or written that would not be without them, but for what a client still
//! sends at the end.
//!
//! # Layout
//!
//! - this file: the stream
//! - `activity`: what goes on with the connection's requests
//! - `body`: bodies that tell the activity how far they are
//! - `deadline`: the two deadlines
//! - `drain`: what a client still sends when the server is done with it

mod activity;
#[cfg_attr(not(feature = "tonic"), allow(unreachable_pub, reason = "they are public in what tonic needs"))]
mod body;
mod deadline;
mod drain;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use socket_tap::TapStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::slots::Slot;
use crate::{Limits, Shutdown};

pub(crate) use activity::Activity;
pub use activity::Exchange;
pub(crate) use body::{Answer, Request};
use deadline::{QuietTimer, StallTimer};
use drain::Drain;

/// A stream that comes to its end by itself when its client leaves the server nothing to do for too long, and fails
/// when the client takes nothing of what is written. Its shutdown waits for the client's.
#[derive(Debug)]
pub struct Connection {
    stream: TapStream,
    reading: Reading,
    /// The reader, when it waits for a write.
    held: Option<Waker>,
    quiet: QuietTimer,
    stall: StallTimer,
    /// Since the server has finished sending.
    drain: Option<Drain>,
    activity: Activity,
    /// Given back after the stream is closed: fields are dropped in order.
    _slot: Slot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// There may be more.
    Open,
    /// The client has finished sending.
    Finished,
    /// The client had its time. For the framework this is the same, and it ends the connection as it should be ended.
    Over,
}

impl Connection {
    pub(crate) fn new(stream: TapStream, limits: &Limits, shutdown: &Shutdown, slot: Slot) -> Self {
        let ending = shutdown.child_token();
        Self {
            stream,
            reading: Reading::Open,
            held: None,
            quiet: QuietTimer::new(limits, ending.clone()),
            stall: StallTimer::new(limits.write_timeout),
            drain: None,
            activity: Activity::new(ending),
            _slot: slot,
        }
    }

    pub(crate) fn activity(&self) -> Activity {
        self.activity.clone()
    }

    /// A request has come: until what this returns is dropped, it is the server's turn, and the connection not idle. For
    /// a protocol that is not HTTP.
    #[must_use]
    pub fn begin_exchange(&self) -> Exchange {
        self.activity.begin(false)
    }

    #[cfg(feature = "tonic")]
    pub(crate) fn stream(&self) -> &TapStream {
        &self.stream
    }

    fn poll_bytes(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) if buf.filled().len() == before && buf.remaining() > 0 => {
                self.reading = Reading::Finished;
                self.activity.poll_answered(cx).map(Ok)
            }
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => {
                ready!(self.quiet.poll_over(cx, &self.activity));
                self.reading = Reading::Over;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// What a write came to, or a failure when the client has taken nothing for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_pending() {
            ready!(self.stall.poll_over(cx));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")));
        }
        self.stall.stop();
        if let Some(reader) = self.held.take() {
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
        // Before the client has taken what was written, nothing more is read from it: neither more requests, nor their
        // end, which would be the end of the answer, too.
        if self.stall.is_running() {
            self.held = Some(cx.waker().clone());
            return Poll::Pending;
        }
        match self.reading {
            Reading::Open => self.poll_bytes(cx, buf),
            // The frameworks take the end of the requests for the end of the connection: it comes after the answer.
            Reading::Finished => self.activity.poll_answered(cx).map(Ok),
            Reading::Over => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, result)
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
        // Who has finished sends nothing more, and who had its time gets no more of it.
        if this.reading == Reading::Open {
            ready!(this.drain.get_or_insert_with(Drain::new).poll(cx, &mut this.stream));
            this.reading = Reading::Finished;
        }
        Poll::Ready(Ok(()))
    }
}
