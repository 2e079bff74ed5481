//! Records the socket calls on one socket, from its creation to its close.

use std::io;
use std::sync::Arc;

use crate::event::{Failure, Op, SockId, Transfer};
use crate::recorder::{
    DatagramInfo, Direction, EnteredCall, Outcome, Recording, Stamp, StreamChange, WhenFull,
};
use crate::socket_state::SocketState;
use crate::transfer_count::Access;

/// The recorder of one socket. Dropping it records the close of the socket.
#[derive(Debug)]
pub(crate) struct SocketRecorder(Arc<SocketState>);

impl SocketRecorder {
    pub(crate) fn new(recording: &Recording, fd: Option<i32>) -> Self {
        let socket = Arc::new(SocketState::new(recording, fd));
        recording.sockets().insert(&socket);
        Self(socket)
    }

    /// Creates the recorder of a stream. Records no event for the stream's creation.
    #[cfg(test)]
    pub(crate) fn of_stream(recording: &Recording) -> Self {
        let recorder = Self::new(recording, None);
        recorder.0.count_as_stream();
        recording.open_stream();
        recorder
    }

    pub(crate) fn sock(&self) -> SockId {
        self.0.sock()
    }

    pub(crate) fn socket(&self) -> &SocketState {
        &self.0
    }

    pub(crate) fn recording(&self) -> &Recording {
        self.0.recording()
    }

    /// Marks the current thread as being in a socket call that sends. The caller drops the returned value
    /// after it has recorded the call.
    #[inline]
    pub(crate) fn enter(&self) -> EnteredCall {
        self.0.recording().enter()
    }

    /// Returns the current time, in nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        self.0.recording().now()
    }

    /// Records a successful operation other than a read, write or datagram.
    pub(crate) fn succeeded(&self, op: Op) {
        let change = self.0.apply(&op);
        self.lifecycle_event((op, None), change, Stamp::Now);
    }

    /// Records that the operation `op` failed with `error`.
    pub(crate) fn failed(&self, op: Op, error: &io::Error) {
        self.lifecycle_event((op, Some(Failure::from(error))), StreamChange::None, Stamp::Now);
    }

    /// Records a lifecycle event. If the recorder is overloaded, it may drop the first event of a socket, and
    /// then drops all later events of this socket, too. A socket whose first event was recorded is recorded
    /// until its close.
    fn lifecycle_event(&self, (op, error): (Op, Option<Failure>), change: StreamChange, stamp: Stamp<'_>) {
        let recording = self.0.recording();
        if self.0.is_dropped() {
            return recording.count_dropped(&op, error.is_some(), change);
        }
        let begins =
            error.is_none() && matches!(op, Op::Socket { .. } | Op::Accept { .. } | Op::Adopt { .. });
        let keep = match op {
            _ if begins => WhenFull::Drop,
            Op::Close(_) | Op::Release(_) => WhenFull::Keep,
            _ => self.0.take_reserved(),
        };
        let outcome = recording.lifecycle_event(Some(self.0.sock()), (op, error), (keep, change), stamp);
        if begins && outcome == Outcome::Dropped {
            self.0.drop_from_recording();
        }
    }

    /// Records a successful read or write of the bytes in `parts`.
    #[inline]
    fn transfer<'a>(
        &self,
        direction: Direction,
        size: (usize, u16),
        mut parts: impl Iterator<Item = &'a [u8]>,
        stamp: Stamp<'_>,
    ) {
        let socket = &*self.0;
        let raw = if socket.records_transfers_unchanged() {
            socket.recording().transfer(socket.sock(), direction, size, parts, stamp)
        } else {
            self.masked_or_dropped_transfer(direction, size, &mut parts, stamp)
        };
        socket.set_last_transfer(direction, raw);
    }

    #[cold]
    fn masked_or_dropped_transfer(
        &self,
        direction: Direction,
        size: (usize, u16),
        parts: &mut dyn Iterator<Item = &[u8]>,
        stamp: Stamp<'_>,
    ) -> u64 {
        let (socket, recording) = (&*self.0, self.0.recording());
        if socket.is_dropped() {
            return recording.count_dropped_transfer(direction, size.0);
        }
        let payload = socket.masked_payload(direction, size.0, parts);
        recording.transfer(socket.sock(), direction, size, std::iter::once(payload.as_slice()), stamp)
    }

    /// Records a datagram that was received, or that was sent by the socket call `entered`. Several threads
    /// may call this at the same time.
    pub(crate) fn datagram(
        &self,
        direction: Direction,
        bytes: &[u8],
        info: DatagramInfo,
        entered: Option<&EnteredCall>,
    ) {
        let (socket, recording) = (&*self.0, self.0.recording());
        socket.add(direction, bytes.len(), Access::Shared);
        let raw = if socket.is_dropped() {
            recording.count_dropped_transfer(direction, bytes.len())
        } else {
            let stamp = entered.map_or(Stamp::Now, Stamp::Entered);
            recording.datagram(socket.sock(), direction, (bytes, info), stamp)
        };
        socket.set_last_transfer(direction, raw);
    }

    /// Records a read of `bytes`. `room` is the capacity of the program's buffer. If `room` is greater than 0
    /// and no bytes were read, the stream has ended.
    #[inline]
    pub(crate) fn read(&self, bytes: &[u8], room: usize, access: Access) {
        self.0.add(Direction::Read, bytes.len(), access);
        if bytes.is_empty() && room > 0 {
            self.0.set_peer_ended();
            return self.succeeded(Op::Read(Transfer { eof: true, ..Transfer::default() }));
        }
        self.transfer(Direction::Read, (bytes.len(), 0), std::iter::once(bytes), Stamp::Now);
    }

    /// Records a write of the first `written` bytes of the buffers `parts`. In a partial write, these are not
    /// all bytes. `entered` has the time at which the program entered the call. `slices` is the number of
    /// buffers of a vectored write, or 0 for a plain write.
    #[inline]
    pub(crate) fn wrote<'a>(
        &self,
        entered: &EnteredCall,
        (written, slices): (usize, usize),
        parts: impl Iterator<Item = &'a [u8]>,
        access: Access,
    ) {
        self.0.add(Direction::Write, written, access);
        let slices = u16::try_from(slices).unwrap_or(u16::MAX);
        self.transfer(Direction::Write, (written, slices), parts, Stamp::Entered(entered));
    }

    /// Records that a read or write failed with `error`.
    pub(crate) fn transfer_failed(&self, direction: Direction, error: &io::Error) {
        // A write after the local shutdown fails without any action of the peer: send(2), EPIPE.
        let our_own = direction == Direction::Write
            && error.kind() == io::ErrorKind::BrokenPipe
            && self.0.is_shut_down();
        if !our_own {
            self.0.set_error(error);
        }
        let nothing = Transfer::default();
        let op = match direction {
            Direction::Read => Op::Read(nothing),
            Direction::Write => Op::Write(nothing),
        };
        self.failed(op, error);
    }

    /// Stores the error of a failed flush as the cause of the connection's end. Records no event, because a
    /// flush is not a socket call.
    pub(crate) fn flush_failed(&self, error: &io::Error) {
        self.0.set_error(error);
    }

    /// Records the result of shutting down the sending half. `entered` has the time at which the program
    /// entered the socket call.
    pub(crate) fn shut_down(&self, entered: &EnteredCall, result: &io::Result<()>) {
        match result {
            Ok(()) => {
                self.0.set_shut_down();
                self.lifecycle_event((Op::Shutdown, None), StreamChange::None, Stamp::Entered(entered));
            }
            Err(error) => {
                self.0.set_error(error);
                self.failed(Op::Shutdown, error);
            }
        }
    }

    /// Stops recording a stream that stays open, and records its `release`.
    pub(crate) fn release(self) {
        self.end(|socket| Op::Release(Box::new(socket.snapshot())));
    }

    fn end(&self, last: impl FnOnce(&SocketState) -> Op) {
        let socket = &*self.0;
        if !socket.close_once() {
            return;
        }
        // The call is entered before the kernel is queried. The descriptor still belongs to this socket.
        let entered = self.enter();
        let op = last(socket);
        let change = socket.apply(&op);
        self.lifecycle_event((op, None), change, Stamp::Entered(&entered));
        socket.recording().sockets().remove(socket.sock());
        socket.drop_mask();
    }
}

impl Drop for SocketRecorder {
    fn drop(&mut self) {
        self.end(|socket| Op::Close(Box::new(socket.close())));
    }
}
