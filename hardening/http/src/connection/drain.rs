//! Discards the bytes that a client still sends after the last response.
//!
//! Closing a socket with unread bytes resets the connection, and the reset can overtake the response. A
//! client that reads only after it has sent its complete body would never see a 413. So the server shuts down
//! its sending side, and reads until the client closes the connection, too (RFC 9112, section 9.6).

use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use socket_tap::TapStream;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::limits::{DRAIN_TIMEOUT, MAX_DRAIN_BYTES};

/// A reader that discards what it reads, until a time or size limit is reached.
#[derive(Debug)]
pub(super) struct Drain {
    /// Number of bytes that may still be discarded.
    bytes_left: usize,
    timer: Pin<Box<Sleep>>,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { bytes_left: MAX_DRAIN_BYTES, timer: Box::pin(sleep(DRAIN_TIMEOUT)) }
    }

    /// Ready when the client has closed the connection, or a limit is reached.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, stream: &mut TapStream) -> Poll<()> {
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        while self.bytes_left > 0 && self.timer.as_mut().poll(cx).is_pending() {
            let mut discarded = ReadBuf::uninit(&mut buffer);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut discarded));
            if read.is_err() || discarded.filled().is_empty() {
                break;
            }
            self.bytes_left = self.bytes_left.saturating_sub(discarded.filled().len());
        }
        Poll::Ready(())
    }
}
