//! The final event of a socket.

use std::sync::atomic::Ordering;

use super::SocketState;
use crate::close::{Close, EndedBy};
use crate::sys;

impl SocketState {
    /// Returns the totals and the kernel's view of a stream so far.
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

    /// Returns the end of a socket that is about to be closed. Only a stream has more than totals.
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
