//! The state of one open socket.

use socket_tap::close::{Close, EndedBy, Totals};
use socket_tap::event::{Addr, Domain, SocketKind};

use super::address::is_incomplete;
use super::errno::errno;

/// A socket whose last descriptor is not closed yet.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) domain: Domain,
    pub(super) kind: SocketKind,
    /// Number of open descriptors, calls in progress and messages on their way that refer to the socket.
    pub(super) references: usize,
    pub(super) local: Option<Addr>,
    pub(super) peer: Option<Addr>,
    /// `true` once the program has chosen the local address.
    pub(super) is_bound: bool,
    /// `true` once the socket was disconnected. The comments of its descriptors keep the addresses it had before.
    pub(super) was_disconnected: bool,
    /// Time at which a `connect` began whose result the program does not know yet.
    pub(super) connecting: Option<u64>,
    /// `true` for a stream that was accepted, connected or adopted.
    pub(super) is_connection: bool,
    /// `true` if a close sends a RST, because `SO_LINGER` is 0.
    pub(super) aborts: bool,
    ended_by: Option<EndedBy>,
    errno: Option<i32>,
    totals: Totals,
}

impl Socket {
    /// Creates a socket with one descriptor.
    pub(super) fn new(domain: Domain, kind: SocketKind) -> Self {
        Self {
            domain,
            kind,
            references: 1,
            local: None,
            peer: None,
            is_bound: false,
            was_disconnected: false,
            connecting: None,
            is_connection: false,
            aborts: false,
            ended_by: None,
            errno: None,
            totals: Totals::default(),
        }
    }

    pub(super) fn is_datagram(&self) -> bool {
        self.kind == SocketKind::Datagram
    }

    /// Returns `true` if the address that the kernel chose is not known.
    pub(super) fn lacks_local(&self) -> bool {
        self.local.as_ref().is_none_or(is_incomplete)
    }

    /// Processes a `connect` to `AF_UNSPEC`, which removes the peer, and the local address unless it was bound.
    pub(super) fn disconnects(&mut self) {
        self.was_disconnected = true;
        self.peer = None;
        if !self.is_bound {
            self.local = None;
        }
    }

    pub(super) fn count_read(&mut self, bytes: u64, eof: bool) {
        (self.totals.reads, self.totals.rx) = (self.totals.reads + 1, self.totals.rx.saturating_add(bytes));
        if eof {
            self.ended_by.get_or_insert(EndedBy::Peer);
        }
    }

    pub(super) fn count_write(&mut self, bytes: u64) {
        (self.totals.writes, self.totals.tx) = (self.totals.writes + 1, self.totals.tx.saturating_add(bytes));
    }

    /// Stores that the program has shut down its sending half.
    pub(super) fn shuts_down(&mut self) {
        self.ended_by.get_or_insert(EndedBy::Local);
    }

    /// Stores the error of a read or write, which ends the connection.
    pub(super) fn fails(&mut self, name: &str) {
        let is_reset = matches!(name, "ECONNRESET" | "EPIPE");
        self.ended_by = Some(if is_reset { EndedBy::Reset } else { EndedBy::Error });
        self.errno = errno(name);
    }

    /// Returns the details of the `close` event.
    pub(super) fn close(&self) -> Close {
        let mut close = Close::default();
        close.totals = self.totals;
        if self.is_connection {
            close.ended_by = Some(self.ended_by.unwrap_or(EndedBy::Local));
            (close.errno, close.aborted) = (self.errno, self.aborts);
        }
        close
    }
}
