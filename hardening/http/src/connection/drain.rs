//! What a client still sends when the server is done with it.
//!
//! A socket that is closed with bytes unread is reset, and the reset may overtake the answer that was sent before: a
//! client that sends all of a body before it reads would lose the 413. So the server finishes sending, and then reads
//! until the client has finished, too (RFC 9112, section 9.6).

use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use socket_tap::TapStream;
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::limits::{DRAIN_TIMEOUT, MAX_DRAIN_BYTES};

/// Reads and forgets, within bounds.
#[derive(Debug)]
pub(super) struct Drain {
    /// How many more bytes.
    left: usize,
    alarm: Pin<Box<Sleep>>,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { left: MAX_DRAIN_BYTES, alarm: Box::pin(sleep(DRAIN_TIMEOUT)) }
    }

    /// Ready when the client has finished, or has had its time.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, stream: &mut TapStream) -> Poll<()> {
        let mut room = [MaybeUninit::uninit(); 16 * 1024];
        while self.left > 0 && self.alarm.as_mut().poll(cx).is_pending() {
            let mut part = ReadBuf::uninit(&mut room);
            let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut part));
            if read.is_err() || part.filled().is_empty() {
                break;
            }
            self.left = self.left.saturating_sub(part.filled().len());
        }
        Poll::Ready(())
    }
}
