//! All events of a socket except successful reads, writes and datagrams.

use crate::close::Close;
use crate::event::{Failure, Op, Transfer};

/// Any event of a socket except a successful read, write or datagram. An end of stream, a shutdown and a
/// close are stored without an allocation (the details of a close are already boxed). Any other event is
/// boxed.
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

    pub(super) fn op(&self) -> (Op, Option<Failure>) {
        match self {
            Self::Eof => (Op::Read(Transfer { eof: true, ..Transfer::default() }), None),
            Self::Shutdown => (Op::Shutdown, None),
            Self::Close(close) => (Op::Close(close.clone()), None),
            Self::Other(other) => (**other).clone(),
        }
    }
}

/// A choice for a [lifecycle event](LifecycleEvent) that arrives when the buffer for such events is full:
/// record it all the same, or drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Record the event. Used if the socket's first event was recorded, and the socket has not used up its
    /// reserved events (`RESERVED_EVENTS`).
    Keep,
    /// Drop the event, and count it in the next gap event.
    Drop,
}

/// The result of adding a [`LifecycleEvent`] to a shard, a buffer of the recording threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushOutcome {
    Recorded,
    /// Recorded. The shard has just become half full.
    HalfFull,
    /// Dropped and counted in the gap, because the shard was full.
    Dropped,
    /// Ignored, because the recording has already ended.
    Ended,
}

/// The result of recording a [`LifecycleEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Recorded,
    /// Dropped and counted in the gap, because the shard was full.
    Dropped,
    /// Ignored, because the recording has already ended.
    Ended,
}

/// The change of the number of open streams by an event: 0, 1 or -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamChange {
    None,
    Opens,
    Closes,
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use super::*;

    #[test]
    fn operation_survives_conversion_to_lifecycle_event_and_back() {
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
