//! The state of one open socket: its byte and call counts, its addresses, and the side that began to end the
//! connection. Counting a read or write takes no lock.

mod close;
mod masking;
mod sample;
mod treatment;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::close::{EndedBy, Totals};
use crate::event::{Addr, Op, SockId, SocketKind};
use crate::recorder::{Direction, Recording, StreamChange, WhenFull};
use crate::transfer_count::{Access, TransferCount};
use treatment::Treatment;

/// Maximum number of lifecycle events (all events except reads, writes and datagrams) that a socket may
/// record when the recorder is overloaded, not counting the close. A connection without errors needs at most
/// six of them, from `socket` to `close`; the rest is for errors. Without a limit, a program that polls a
/// broken socket again and again would fill the memory.
const RESERVED_EVENTS: u8 = 8;

/// The state of one open socket. Its counts are exact even if the recorder drops reads and writes.
#[derive(Debug)]
pub(crate) struct SocketState {
    recording: Recording,
    sock: SockId,
    fd: Option<i32>,
    since: Instant,
    addresses: Mutex<Addresses>,
    received: TransferCount,
    sent: TransferCount,
    /// The side that began to end the connection: [`NOT_ENDED`], [`PEER`], [`LOCAL`], [`RESET`] or [`ERROR`].
    ended_by: AtomicU8,
    /// The errno of the error that ended the connection. 0 if there was none.
    errno: AtomicI32,
    /// `true` after the program has shut down its sending half.
    is_shut_down: AtomicBool,
    /// `true` if this is a datagram socket.
    is_datagram: AtomicBool,
    /// `true` if this socket counts in the number of open streams.
    counts_as_stream: AtomicBool,
    /// `true` after the event that opens the stream was recorded, so that samples of the stream come after it.
    is_open: AtomicBool,
    /// `true` after the `close` or `release` was recorded.
    is_closed: AtomicBool,
    /// Number of lifecycle events that this socket may still record when the recorder is overloaded.
    reserved: AtomicU8,
    /// The treatment of reads and writes: recorded, masked or dropped.
    treatment: Treatment,
}

/// Local address and peer's address of a socket, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) local: Option<Addr>,
    pub(crate) peer: Option<Addr>,
}

// The end of a connection, in one byte.
const NOT_ENDED: u8 = 0;
const PEER: u8 = 1;
const LOCAL: u8 = 2;
const RESET: u8 = 3;
const ERROR: u8 = 4;

impl SocketState {
    pub(crate) fn new(recording: &Recording, fd: Option<i32>) -> Self {
        Self {
            recording: recording.clone(),
            sock: recording.next_sock_id(),
            fd,
            since: Instant::now(),
            addresses: Mutex::default(),
            received: TransferCount::default(),
            sent: TransferCount::default(),
            ended_by: AtomicU8::new(NOT_ENDED),
            errno: AtomicI32::new(0),
            is_shut_down: AtomicBool::new(false),
            is_datagram: AtomicBool::new(false),
            counts_as_stream: AtomicBool::new(false),
            is_open: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            reserved: AtomicU8::new(RESERVED_EVENTS),
            treatment: Treatment::new(),
        }
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.recording
    }

    pub(crate) fn sock(&self) -> SockId {
        self.sock
    }

    pub(crate) fn fd(&self) -> Option<i32> {
        self.fd
    }

    pub(crate) fn since(&self) -> Instant {
        self.since
    }

    pub(crate) fn addresses(&self) -> Addresses {
        self.lock_addresses().clone()
    }

    /// Returns the time of the last read or write in the given direction, as a value of the recorder's [fast
    /// clock](crate::recorder::RawClock). Returns 0 if there was none.
    pub(crate) fn last_transfer(&self, direction: Direction) -> u64 {
        self.count(direction).last.load(Ordering::Relaxed)
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.counts_as_stream.load(Ordering::Relaxed)
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.is_shut_down.load(Ordering::Relaxed)
    }

    pub(crate) fn ended_by(&self) -> Option<EndedBy> {
        match self.ended_by.load(Ordering::Relaxed) {
            PEER => Some(EndedBy::Peer),
            LOCAL => Some(EndedBy::Local),
            RESET => Some(EndedBy::Reset),
            ERROR => Some(EndedBy::Error),
            _ => None,
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let ((reads, rx), (writes, tx)) = (self.received.get(), self.sent.get());
        Totals { rx, tx, reads, writes }
    }

    fn lock_addresses(&self) -> MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a read or write of `bytes` bytes to the counts.
    #[inline]
    pub(crate) fn add(&self, direction: Direction, bytes: usize, access: Access) {
        self.count(direction).add(bytes, access);
    }

    /// Stores `raw` as the time of the last read or write in the given direction. It is a value of the
    /// recorder's [fast clock](crate::recorder::RawClock).
    #[inline]
    pub(crate) fn set_last_transfer(&self, direction: Direction, raw: u64) {
        self.count(direction).last.store(raw, Ordering::Relaxed);
    }

    fn count(&self, direction: Direction) -> &TransferCount {
        match direction {
            Direction::Read => &self.received,
            Direction::Write => &self.sent,
        }
    }

    /// Stores that the peer has finished sending.
    pub(crate) fn set_peer_ended(&self) {
        self.set_first_end(PEER);
    }

    /// Stores that the program has shut down its sending half.
    pub(crate) fn set_shut_down(&self) {
        self.is_shut_down.store(true, Ordering::Relaxed);
        self.set_first_end(LOCAL);
    }

    /// Stores `who` as the side that began to end the connection. Does nothing if a side is already stored.
    fn set_first_end(&self, who: u8) {
        let _ = self.ended_by.compare_exchange(NOT_ENDED, who, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Stores the error that ended the connection. If an end of stream was stored before, the error replaces
    /// it, because an error is more specific.
    pub(crate) fn set_error(&self, error: &io::Error) {
        use io::ErrorKind::{BrokenPipe, ConnectionReset};
        let who = match error.kind() {
            BrokenPipe | ConnectionReset => RESET,
            _ => ERROR,
        };
        self.ended_by.store(who, Ordering::Relaxed);
        self.errno.store(error.raw_os_error().unwrap_or(0), Ordering::Relaxed);
    }

    /// Stores that the event that opens the stream was recorded.
    pub(crate) fn set_open(&self) {
        self.is_open.store(true, Ordering::Release);
    }

    /// Marks the socket as closed. Returns `true` only on the first call; the caller then records the close.
    pub(crate) fn close_once(&self) -> bool {
        !self.is_closed.swap(true, Ordering::Relaxed)
    }

    /// Uses up one of the lifecycle events that the socket may record when the recorder is overloaded.
    /// Returns `WhenFull::Drop` if none is left.
    pub(crate) fn take_reserved(&self) -> WhenFull {
        let one_less = |left: u8| left.checked_sub(1);
        match self.reserved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => WhenFull::Keep,
            Err(_) => WhenFull::Drop,
        }
    }

    #[cfg(test)]
    pub(crate) fn count_as_stream(&self) {
        self.counts_as_stream.store(true, Ordering::Relaxed);
    }

    /// Updates the socket's type and addresses after the operation `op`. Returns the effect on the number of
    /// open streams.
    pub(crate) fn apply(&self, op: &Op) -> StreamChange {
        match op {
            Op::Socket { kind, .. } => {
                self.is_datagram.store(*kind == SocketKind::Datagram, Ordering::Relaxed);
                return StreamChange::None;
            }
            Op::Bind { local } => {
                self.lock_addresses().local.clone_from(local);
                return StreamChange::None;
            }
            Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => {
                self.set_addresses(local, peer);
            }
            Op::Adopt { local, peer, kind, .. } => {
                self.set_addresses(local, peer);
                self.is_datagram.store(*kind == SocketKind::Datagram, Ordering::Relaxed);
                if *kind != SocketKind::Stream {
                    return StreamChange::None;
                }
            }
            Op::Close(_) | Op::Release(_) if self.is_stream() => return StreamChange::Closes,
            _ => return StreamChange::None,
        }
        if self.is_datagram.load(Ordering::Relaxed) {
            return StreamChange::None;
        }
        self.counts_as_stream.store(true, Ordering::Relaxed);
        StreamChange::Opens
    }

    fn set_addresses(&self, local: &Option<Addr>, peer: &Option<Addr>) {
        *self.lock_addresses() = Addresses { local: local.clone(), peer: peer.clone() };
    }
}
