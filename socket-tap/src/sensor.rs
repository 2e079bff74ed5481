//! What the tap knows of one socket while it is open. It takes no lock, and no allocation after the first.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::close::{Close, EndedBy, Totals};
use crate::event::{Addr, Failure, Op, SockId, SocketKind, Transfer};
use crate::recorder::{Change, Direction, Entered, Envelope, Keep, Outcome, Recording, Stamp};
use crate::sys;

/// How many lifecycle events, beside its close, a socket may record when the recorder is overrun. It takes six from
/// `socket` to `close`; the others are for errors. Without a limit a program that polls a broken socket would fill the
/// memory.
const CLAIM: u8 = 8;

/// One open socket. Its counts are exact, also when single reads and writes are missing from the recording.
#[derive(Debug)]
pub(crate) struct Socket {
    recording: Recording,
    sock: SockId,
    fd: Option<i32>,
    since: Instant,
    addresses: Mutex<Addresses>,
    received: Count,
    sent: Count,
    /// The first sign of the connection's end: [`PEER`] and so on.
    ended_by: AtomicU8,
    /// The error that ended it; 0 for none.
    errno: AtomicI32,
    /// Our sending half is shut down.
    shut: AtomicBool,
    /// It is a datagram socket.
    datagrams: AtomicBool,
    /// It counts as an open stream.
    stream: AtomicBool,
    /// Its last event is recorded.
    closed: AtomicBool,
    /// How many events are left of the socket's claim.
    claim: AtomicU8,
    /// The socket is not in the recording: the recorder was overrun when it was made. What it does is counted.
    dropped: AtomicBool,
}

/// Both ends of a socket, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) local: Option<Addr>,
    pub(crate) peer: Option<Addr>,
}

// How a connection ended, in one byte.
const NOT_ENDED: u8 = 0;
const PEER: u8 = 1;
const LOCAL: u8 = 2;
const RESET: u8 = 3;
const ERROR: u8 = 4;

/// Operations and the bytes that they moved.
#[derive(Debug, Default)]
struct Count {
    times: AtomicU64,
    bytes: AtomicU64,
    /// The clock's reading at the last one; 0 before the first.
    last: AtomicU64,
}

/// Whether several threads may use one direction of a socket at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A poll, which has the direction to itself.
    Exclusive,
    /// An operation on a shared reference.
    Shared,
}

impl Count {
    fn add(&self, bytes: usize, access: Access) {
        match access {
            Access::Exclusive => {
                // Without the atomic addition, which costs as much as the clock.
                self.times.store(self.times.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                self.bytes.store(self.bytes.load(Ordering::Relaxed) + bytes as u64, Ordering::Relaxed);
            }
            Access::Shared => {
                self.times.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            }
        }
    }

    fn get(&self) -> (u64, u64) {
        (self.times.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

impl Socket {
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

    /// The clock's reading at the last transfer in that direction; 0 before the first.
    pub(crate) fn last(&self, direction: Direction) -> u64 {
        self.count(direction).last.load(Ordering::Relaxed)
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.stream.load(Ordering::Relaxed)
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Relaxed)
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

    fn count(&self, direction: Direction) -> &Count {
        match direction {
            Direction::Read => &self.received,
            Direction::Write => &self.sent,
        }
    }

    /// The first sign of the end counts.
    fn ended_first_by(&self, who: u8) {
        let _ = self.ended_by.compare_exchange(NOT_ENDED, who, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// An error says more than the end of stream that came before it.
    fn ended_by_error(&self, error: &io::Error) {
        use io::ErrorKind::{BrokenPipe, ConnectionReset};
        let who = match error.kind() {
            BrokenPipe | ConnectionReset => RESET,
            _ => ERROR,
        };
        self.ended_by.store(who, Ordering::Relaxed);
        self.errno.store(error.raw_os_error().unwrap_or(0), Ordering::Relaxed);
    }

    fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Learns what later questions are about, and returns what the event does to the number of open streams.
    fn learn(&self, op: &Op) -> Change {
        match op {
            Op::Socket { kind, .. } => {
                self.datagrams.store(*kind == SocketKind::Datagram, Ordering::Relaxed);
                return Change::None;
            }
            Op::Bind { local } => {
                self.lock_addresses().local.clone_from(local);
                return Change::None;
            }
            Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => {
                self.set_addresses(local, peer);
            }
            Op::Adopt { local, peer, kind, .. } => {
                self.set_addresses(local, peer);
                self.datagrams.store(*kind == SocketKind::Datagram, Ordering::Relaxed);
                if *kind != SocketKind::Stream {
                    return Change::None;
                }
            }
            Op::Close(_) | Op::Release(_) if self.is_stream() => return Change::Closes,
            _ => return Change::None,
        }
        if self.datagrams.load(Ordering::Relaxed) {
            return Change::None;
        }
        self.stream.store(true, Ordering::Relaxed);
        Change::Opens
    }

    fn set_addresses(&self, local: &Option<Addr>, peer: &Option<Addr>) {
        *self.lock_addresses() = Addresses { local: local.clone(), peer: peer.clone() };
    }
}

/// The owner of a [`Socket`]. Dropping it records the close.
#[derive(Debug)]
pub(crate) struct Sensor(Arc<Socket>);

impl Sensor {
    pub(crate) fn new(recording: &Recording, fd: Option<i32>) -> Self {
        let socket = Arc::new(Socket {
            recording: recording.clone(),
            sock: recording.new_sock(),
            fd,
            since: Instant::now(),
            addresses: Mutex::default(),
            received: Count::default(),
            sent: Count::default(),
            ended_by: AtomicU8::new(NOT_ENDED),
            errno: AtomicI32::new(0),
            shut: AtomicBool::new(false),
            datagrams: AtomicBool::new(false),
            stream: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            claim: AtomicU8::new(CLAIM),
            dropped: AtomicBool::new(false),
        });
        recording.sockets().insert(&socket);
        Self(socket)
    }

    /// A stream whose first event is not recorded.
    #[cfg(test)]
    pub(crate) fn of_stream(recording: &Recording) -> Self {
        let sensor = Self::new(recording, None);
        sensor.0.stream.store(true, Ordering::Relaxed);
        recording.open_stream();
        sensor
    }

    pub(crate) fn sock(&self) -> SockId {
        self.0.sock
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.0
    }

    pub(crate) fn recording(&self) -> &Recording {
        &self.0.recording
    }

    /// Enters a call that sends. Keep what it returns until the call is recorded.
    #[inline]
    pub(crate) fn enter(&self) -> Entered {
        self.0.recording.enter()
    }

    /// Nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        self.0.recording.now()
    }

    /// An operation other than a transfer succeeded.
    pub(crate) fn done(&self, op: Op) {
        let change = self.0.learn(&op);
        self.milestone((op, None), change, Stamp::Now);
    }

    /// An operation failed.
    pub(crate) fn failed(&self, op: Op, error: &io::Error) {
        self.milestone((op, Some(Failure::from(error))), Change::None, Stamp::Now);
    }

    /// A socket is recorded from its first event on, or not at all. One that is recorded is recorded to its end.
    fn milestone(&self, (op, error): (Op, Option<Failure>), change: Change, stamp: Stamp<'_>) {
        let recording = &self.0.recording;
        if self.0.is_dropped() {
            return recording.missed(&op, error.is_some(), change);
        }
        let begins =
            error.is_none() && matches!(op, Op::Socket { .. } | Op::Accept { .. } | Op::Adopt { .. });
        let keep = match op {
            _ if begins => Keep::IfRoom,
            Op::Close(_) | Op::Release(_) => Keep::Always,
            _ => self.claim(),
        };
        let outcome = recording.milestone(Some(self.0.sock), (op, error), (keep, change), stamp);
        if begins && outcome == Outcome::Dropped {
            self.0.dropped.store(true, Ordering::Relaxed);
        }
    }

    /// Uses up one event of the claim.
    fn claim(&self) -> Keep {
        let one_less = |left: u8| left.checked_sub(1);
        match self.0.claim.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => Keep::Always,
            Err(_) => Keep::IfRoom,
        }
    }

    /// A read or write moved bytes.
    #[inline]
    fn transfer<'a>(
        &self,
        direction: Direction,
        size: (usize, u16),
        parts: impl Iterator<Item = &'a [u8]>,
        stamp: Stamp<'_>,
    ) {
        let (socket, recording) = (&*self.0, &self.0.recording);
        let raw = if socket.is_dropped() {
            recording.missed_transfer(direction, size.0)
        } else {
            recording.transfer(socket.sock, direction, size, parts, stamp)
        };
        socket.count(direction).last.store(raw, Ordering::Relaxed);
    }

    /// A datagram was received, or sent by the call that was `entered`. Several threads may do so at the same time.
    pub(crate) fn datagram(
        &self,
        direction: Direction,
        bytes: &[u8],
        envelope: Envelope,
        entered: Option<&Entered>,
    ) {
        let (socket, recording) = (&*self.0, &self.0.recording);
        socket.count(direction).add(bytes.len(), Access::Shared);
        let raw = if socket.is_dropped() {
            recording.missed_transfer(direction, bytes.len())
        } else {
            let stamp = entered.map_or(Stamp::Now, Stamp::Entered);
            recording.datagram(socket.sock, direction, (bytes, envelope), stamp)
        };
        socket.count(direction).last.store(raw, Ordering::Relaxed);
    }

    /// `bytes` were read. `room` tells an end of stream from a read that had nowhere to put bytes.
    #[inline]
    pub(crate) fn read(&self, bytes: &[u8], room: usize, access: Access) {
        self.0.received.add(bytes.len(), access);
        if bytes.is_empty() && room > 0 {
            self.0.ended_first_by(PEER);
            return self.done(Op::Read(Transfer { eof: true, ..Transfer::default() }));
        }
        self.transfer(Direction::Read, (bytes.len(), 0), std::iter::once(bytes), Stamp::Now);
    }

    /// The call that was `entered` wrote the first `written` bytes of `parts`; `slices` is 0 for a plain write.
    #[inline]
    pub(crate) fn wrote<'a>(
        &self,
        entered: &Entered,
        (written, slices): (usize, usize),
        parts: impl Iterator<Item = &'a [u8]>,
        access: Access,
    ) {
        self.0.sent.add(written, access);
        let slices = u16::try_from(slices).unwrap_or(u16::MAX);
        self.transfer(Direction::Write, (written, slices), parts, Stamp::Entered(entered));
    }

    /// A read or write failed.
    pub(crate) fn transfer_failed(&self, direction: Direction, error: &io::Error) {
        // To write after our own shutdown says nothing about the peer: send(2), EPIPE.
        let our_own =
            direction == Direction::Write && error.kind() == io::ErrorKind::BrokenPipe && self.0.is_shut();
        if !our_own {
            self.0.ended_by_error(error);
        }
        let nothing = Transfer::default();
        let op = match direction {
            Direction::Read => Op::Read(nothing),
            Direction::Write => Op::Write(nothing),
        };
        self.failed(op, error);
    }

    /// A flush failed. That is no operation of a socket, but it ends the connection.
    pub(crate) fn flush_failed(&self, error: &io::Error) {
        self.0.ended_by_error(error);
    }

    /// The call that was `entered` shut down our sending half, or failed to.
    pub(crate) fn shut_down(&self, entered: &Entered, result: &io::Result<()>) {
        match result {
            Ok(()) => {
                self.0.shut.store(true, Ordering::Relaxed);
                self.0.ended_first_by(LOCAL);
                self.milestone((Op::Shutdown, None), Change::None, Stamp::Entered(entered));
            }
            Err(error) => {
                self.0.ended_by_error(error);
                self.failed(Op::Shutdown, error);
            }
        }
    }

    /// The stream stays open, but is no longer recorded.
    pub(crate) fn release(self) {
        self.end(|socket| Op::Release(Box::new(socket.so_far())));
    }

    fn end(&self, last: impl FnOnce(&Socket) -> Op) {
        let socket = &*self.0;
        if socket.closed.swap(true, Ordering::Relaxed) {
            return;
        }
        // Before the kernel is asked, and before the descriptor is free for another socket.
        let entered = self.enter();
        let op = last(socket);
        let change = socket.learn(&op);
        self.milestone((op, None), change, Stamp::Entered(&entered));
        socket.recording.sockets().remove(socket.sock);
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        self.end(|socket| Op::Close(Box::new(socket.close())));
    }
}

impl Socket {
    fn so_far(&self) -> Close {
        let errno = self.errno.load(Ordering::Relaxed);
        Close {
            ended_by: self.ended_by(),
            errno: (errno != 0).then_some(errno),
            aborted: false,
            totals: self.totals(),
            tcp: self.fd.and_then(sys::tcp_sample),
        }
    }

    /// The end of a socket that is about to be closed. Only a stream has more than its totals.
    fn close(&self) -> Close {
        if !self.is_stream() {
            return Close { totals: self.totals(), ..Close::default() };
        }
        let mut close = self.so_far();
        close.ended_by.get_or_insert(EndedBy::Local);
        close.aborted = self.fd.is_some_and(|fd| sys::close_aborts(fd, close.tcp.as_ref()));
        close
    }
}
