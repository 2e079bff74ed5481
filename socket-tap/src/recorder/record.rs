//! Records as they wait for the drain thread. Many may wait, so they are short: 32 to 40 bytes, where an event takes
//! some 150.

use crate::close::Close;
use crate::event::{Event, Failure, Op, SockId, Transfer};

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// A record with its socket and the reading of the raw clock.
#[derive(Debug)]
pub(crate) struct Timed<T> {
    pub(crate) raw: u64,
    pub(crate) sock: Option<SockId>,
    pub(crate) record: T,
}

/// Any record.
#[derive(Debug)]
pub(crate) enum Record {
    Transfer(DrainedTransfer),
    Lifecycle(LifecycleEvent),
}

/// A read or write that succeeded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DrainedTransfer {
    pub(crate) bytes: u64,
    /// Where its payload begins in the drain thread's buffer.
    pub(crate) at: usize,
    /// How long that is.
    pub(crate) captured: u32,
    /// 0 for a plain read or write.
    pub(crate) slices: u16,
    pub(crate) direction: Direction,
    /// Whether payload was asked for and had room.
    pub(crate) has_payload: bool,
}

impl DrainedTransfer {
    /// Its payload, which is in `all`.
    pub(crate) fn payload<'a>(&self, all: &'a [u8]) -> Option<&'a [u8]> {
        if !self.has_payload {
            return None;
        }
        all.get(self.at..)?.get(..self.captured as usize)
    }

    fn op(&self, payload: &[u8]) -> Op {
        let transfer = Transfer {
            bytes: self.bytes,
            slices: (self.slices > 0).then_some(u32::from(self.slices)),
            eof: false,
            data: self.payload(payload).map(Into::into),
        };
        match self.direction {
            Direction::Read => Op::Read(transfer),
            Direction::Write => Op::Write(transfer),
        }
    }
}

/// Anything but a read or write that succeeded. What each connection has takes no allocation, or one that is there
/// already; the rest is boxed.
#[derive(Debug)]
pub(crate) enum LifecycleEvent {
    Eof,
    Shutdown,
    Close(Box<Close>),
    Other(Box<(Op, Option<Failure>)>),
}

impl LifecycleEvent {
    pub(crate) fn new(op: Op, error: Option<Failure>) -> Self {
        match (op, error) {
            (Op::Read(Transfer { eof: true, .. }), None) => Self::Eof,
            (Op::Shutdown, None) => Self::Shutdown,
            (Op::Close(close), None) => Self::Close(close),
            (op, error) => Self::Other(Box::new((op, error))),
        }
    }

    fn op(&self) -> (Op, Option<Failure>) {
        match self {
            Self::Eof => (Op::Read(Transfer { eof: true, ..Transfer::default() }), None),
            Self::Shutdown => (Op::Shutdown, None),
            Self::Close(close) => (Op::Close(close.clone()), None),
            Self::Other(other) => (**other).clone(),
        }
    }
}

impl Timed<Record> {
    /// How many bytes of payload it refers to.
    pub(crate) fn captured(&self) -> usize {
        match &self.record {
            Record::Transfer(transfer) => transfer.captured as usize,
            Record::Lifecycle(_) => 0,
        }
    }

    /// The event, at the time that its clock reading stands for. `payload` is what [`DrainedTransfer::at`] counts in.
    pub(crate) fn event(&self, t: u64, payload: &[u8]) -> Event {
        let (op, error) = match &self.record {
            Record::Lifecycle(lifecycle_event) => lifecycle_event.op(),
            Record::Transfer(transfer) => (transfer.op(payload), None),
        };
        Event { t, sock: self.sock, op, error }
    }
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn what_waits_is_short() {
        assert_eq!((size_of::<Timed<LifecycleEvent>>(), size_of::<Timed<Record>>()), (32, 40));
    }

    #[test]
    fn a_milestone_is_given_back_as_it_was_taken() {
        let failure = Failure { reason: "connection reset".into(), errno: Some(104) };
        for (op, error) in [
            (Op::Read(Transfer { eof: true, ..Transfer::default() }), None),
            (Op::Read(Transfer::default()), Some(failure.clone())),
            (Op::Shutdown, None),
            (Op::Shutdown, Some(failure)),
            (Op::Close(Box::default()), None),
            (Op::Mark { label: "step".into() }, None),
        ] {
            assert_eq!(LifecycleEvent::new(op.clone(), error.clone()).op(), (op, error));
        }
    }
}
