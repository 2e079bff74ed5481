//! Creates the details of a socket's `close` or `release` event.

use std::sync::atomic::Ordering;

use super::SocketState;
use crate::close::{Close, EndedBy};
use crate::sys;

impl SocketState {
    /// Returns the totals so far, the side that ended the stream if one has, and the kernel's TCP state. Used
    /// for a `release`.
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

    /// Returns the details of the `close` event, just before the socket is closed. For a socket that is not a
    /// stream, they contain only the totals.
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
