//! Records as they wait for the drain thread. Many may wait, so they are short: 32 to 48 bytes, where an event takes
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
    pub(crate) what: T,
}

/// Any record.
#[derive(Debug)]
pub(crate) enum Record {
    /// A read or write that succeeded.
    Transfer {
        bytes: u64,
        data: Option<Box<[u8]>>,
        /// 0 for a plain read or write.
        slices: u16,
        direction: Direction,
    },
    Milestone(Milestone),
}

/// Anything but a read or write that succeeded. What each connection has is told without an allocation or with one
/// that is there already; the rest is boxed.
#[derive(Debug)]
pub(crate) enum Milestone {
    Eof,
    Shutdown,
    Close(Box<Close>),
    Other(Box<(Op, Option<Failure>)>),
}

impl Milestone {
    pub(crate) fn new(op: Op, error: Option<Failure>) -> Self {
        match (op, error) {
            (Op::Read(Transfer { eof: true, .. }), None) => Self::Eof,
            (Op::Shutdown, None) => Self::Shutdown,
            (Op::Close(close), None) => Self::Close(close),
            (op, error) => Self::Other(Box::new((op, error))),
        }
    }

    fn into_op(self) -> (Op, Option<Failure>) {
        match self {
            Self::Eof => (Op::Read(Transfer { eof: true, ..Transfer::default() }), None),
            Self::Shutdown => (Op::Shutdown, None),
            Self::Close(close) => (Op::Close(close), None),
            Self::Other(other) => *other,
        }
    }
}

impl Timed<Record> {
    /// The event, with the time that its clock reading stands for.
    pub(crate) fn into_event(self, t: u64) -> Event {
        let (op, error) = match self.what {
            Record::Milestone(milestone) => milestone.into_op(),
            Record::Transfer { bytes, data, slices, direction } => {
                let slices = (slices > 0).then_some(u32::from(slices));
                let transfer = Transfer { bytes, slices, eof: false, data };
                let op = match direction {
                    Direction::Read => Op::Read(transfer),
                    Direction::Write => Op::Write(transfer),
                };
                (op, None)
            }
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
        assert_eq!((size_of::<Timed<Milestone>>(), size_of::<Timed<Record>>()), (32, 48));
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
            assert_eq!(Milestone::new(op.clone(), error.clone()).into_op(), (op, error));
        }
    }
}
