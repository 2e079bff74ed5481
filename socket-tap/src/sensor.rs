//! What is known of one socket while it is open. Each socket owns one; it takes no lock and no allocation to keep.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::close::{Close, EndedBy, Totals};
use crate::event::{Failure, Op, SockId, Transfer};
use crate::recorder::{Direction, Envelope, Keep, Recorder};
use crate::sys;

/// How many events of its life, beside its close, a socket may record when the recorder is overrun. It takes six from
/// `socket` to `close`; the others are for errors. Without a limit a program that polls a broken socket would fill the
/// memory.
const CLAIM: u8 = 8;

#[derive(Debug)]
pub(crate) struct Sensor {
    recorder: Arc<Recorder>,
    sock: SockId,
    fd: Option<i32>,
    /// The first sign of the connection's end.
    ended_by: Option<EndedBy>,
    /// The error that ended it.
    errno: Option<i32>,
    totals: Totals,
    /// How many events are left of the socket's claim.
    claim: AtomicU8,
    /// The recorder was overrun when the socket was made: it does not take the socket in, and counts what it does.
    left_out: AtomicBool,
}

impl Sensor {
    pub(crate) fn new(recorder: &Arc<Recorder>, fd: Option<i32>) -> Self {
        Self {
            recorder: Arc::clone(recorder),
            sock: recorder.new_sock(),
            fd,
            ended_by: None,
            errno: None,
            totals: Totals::default(),
            claim: AtomicU8::new(CLAIM),
            left_out: AtomicBool::new(false),
        }
    }

    pub(crate) fn sock(&self) -> SockId {
        self.sock
    }

    pub(crate) fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// An operation other than a transfer succeeded.
    pub(crate) fn done(&self, op: Op) {
        self.milestone(op, None);
    }

    /// An operation failed.
    pub(crate) fn failed(&self, op: Op, error: &io::Error) {
        self.milestone(op, Some(Failure::from(error)));
    }

    /// A socket is taken in, or left out, with the first that it does. What is taken in is told to its end.
    fn milestone(&self, op: Op, error: Option<Failure>) {
        if self.left_out.load(Ordering::Relaxed) {
            return self.recorder.missed(&op, error.is_some());
        }
        let begins =
            error.is_none() && matches!(op, Op::Socket { .. } | Op::Accept { .. } | Op::Adopt { .. });
        let keep = match op {
            _ if begins => Keep::IfRoom,
            Op::Close(_) | Op::Release(_) => Keep::Always,
            _ => self.claim(),
        };
        let taken = self.recorder.milestone(Some(self.sock), op, error, keep);
        if begins && !taken {
            self.left_out.store(true, Ordering::Relaxed);
        }
    }

    /// Uses up one event of the claim.
    fn claim(&self) -> Keep {
        let one_less = |left: u8| left.checked_sub(1);
        match self.claim.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
            Ok(_) => Keep::Always,
            Err(_) => Keep::IfRoom,
        }
    }

    /// A read or write moved bytes.
    fn transfer<'a>(&self, direction: Direction, size: (usize, u16), parts: impl Iterator<Item = &'a [u8]>) {
        if self.left_out.load(Ordering::Relaxed) {
            return self.recorder.missed_transfer(direction, size.0);
        }
        self.recorder.transfer(self.sock, direction, size, parts);
    }

    /// A datagram of so many bytes was received or sent.
    pub(crate) fn datagram(&self, direction: Direction, bytes: &[u8], envelope: Envelope) {
        if self.left_out.load(Ordering::Relaxed) {
            return self.recorder.missed_transfer(direction, bytes.len());
        }
        self.recorder.datagram(self.sock, direction, (bytes, envelope));
    }

    /// `bytes` were read. `room` tells an end of stream from a read that had nowhere to put bytes.
    pub(crate) fn read(&mut self, bytes: &[u8], room: usize) {
        self.totals.reads += 1;
        self.totals.rx += bytes.len() as u64;
        if bytes.is_empty() && room > 0 {
            self.ended_by.get_or_insert(EndedBy::Peer);
            return self.done(Op::Read(Transfer { eof: true, ..Transfer::default() }));
        }
        self.transfer(Direction::Read, (bytes.len(), 0), std::iter::once(bytes));
    }

    /// The first `written` bytes of `parts` were written; `slices` is 0 for a plain write.
    pub(crate) fn wrote<'a>(&mut self, written: usize, slices: usize, parts: impl Iterator<Item = &'a [u8]>) {
        self.totals.writes += 1;
        self.totals.tx += written as u64;
        let slices = u16::try_from(slices).unwrap_or(u16::MAX);
        self.transfer(Direction::Write, (written, slices), parts);
    }

    /// A read or write failed.
    pub(crate) fn transfer_failed(&mut self, direction: Direction, error: &io::Error) {
        let reset = matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe);
        // An error says more than the end of stream that came before it.
        self.ended_by = Some(if reset { EndedBy::Reset } else { EndedBy::Error });
        self.errno = error.raw_os_error();
        let nothing = Transfer::default();
        let op = match direction {
            Direction::Read => Op::Read(nothing),
            Direction::Write => Op::Write(nothing),
        };
        self.failed(op, error);
    }

    /// Our sending half was shut down, or that failed.
    pub(crate) fn shut_down(&mut self, result: &io::Result<()>) {
        match result {
            Ok(()) => {
                self.ended_by.get_or_insert(EndedBy::Local);
                self.done(Op::Shutdown);
            }
            Err(error) => self.failed(Op::Shutdown, error),
        }
    }

    /// The stream is about to be closed.
    pub(crate) fn close_stream(self) {
        let mut close = self.so_far();
        close.ended_by.get_or_insert(EndedBy::Local);
        close.aborted = self.fd.is_some_and(|fd| sys::close_aborts(fd, close.tcp.as_ref()));
        self.done(Op::Close(Box::new(close)));
        self.recorder.stream_closed();
    }

    /// The stream goes on without us.
    pub(crate) fn release_stream(self) {
        self.done(Op::Release(Box::new(self.so_far())));
        self.recorder.stream_closed();
    }

    fn so_far(&self) -> Close {
        Close {
            ended_by: self.ended_by,
            errno: self.errno,
            aborted: false,
            totals: self.totals,
            tcp: self.fd.and_then(sys::tcp_sample),
        }
    }

    /// A socket that was never a stream is about to be closed.
    pub(crate) fn close(self) {
        self.done(Op::Close(Box::default()));
    }
}

/// The sensor of an open stream; empty when nothing is recorded. When it is dropped, it records the close.
///
/// A value of its own, so that a stream can be taken apart: a type that is dropped by hand cannot give its parts away.
#[derive(Debug)]
pub(crate) struct OpenStream(Option<Sensor>);

impl OpenStream {
    pub(crate) fn new(sensor: Option<Sensor>) -> Self {
        if let Some(sensor) = &sensor {
            sensor.recorder.stream_opened();
        }
        Self(sensor)
    }

    pub(crate) fn get(&self) -> Option<&Sensor> {
        self.0.as_ref()
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut Sensor> {
        self.0.as_mut()
    }

    /// The stream goes on, unrecorded.
    pub(crate) fn release(mut self) {
        if let Some(sensor) = self.0.take() {
            sensor.release_stream();
        }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        if let Some(sensor) = self.0.take() {
            sensor.close_stream();
        }
    }
}
