//! Creates the details of a socket's `close` or `release` event.

use std::sync::atomic::Ordering;

use super::SocketState;
use crate::close::{Close, EndedBy};
use crate::sys;

impl SocketState {
    /// Returns the details of a `release` event: the totals so far, the kernel's TCP state, and the side that
    /// has ended the stream, if any.
    pub(crate) fn snapshot(&self) -> Close {
        let errno = self.errno.load(Ordering::Relaxed);
        Close {
            ended_by: self.ended_by(),
            errno: (errno != 0).then_some(errno),
            aborted: false,
            totals: self.totals(),
            tcp: self.fd.and_then(sys::tcp_sample),
        }
    }

    /// Returns the details of a `close` event. Must be called while the socket is still open. For a socket
    /// that is not a stream, the details contain only the totals.
    pub(crate) fn close(&self) -> Close {
        if !self.is_stream() {
            return Close { totals: self.totals(), ..Close::default() };
        }
        let mut close = self.snapshot();
        close.ended_by.get_or_insert(EndedBy::Local);
        close.aborted = self.fd.is_some_and(|fd| sys::close_aborts(fd, close.tcp.as_ref()));
        close
    }
}
