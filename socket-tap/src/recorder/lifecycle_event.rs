//! All events of a socket except successful reads, writes and datagrams.

use crate::close::Close;
use crate::event::{Failure, Op, Transfer};

/// Any event of a socket except a successful read, write or datagram. An end of stream, a shutdown and a
/// close need no new allocation; any other event is boxed.
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

/// What a full shard does with a lifecycle event: record it or drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Record it: the socket is in the recording, and has not used up its reserved events.
    Keep,
    /// Drop it, and count it in the gap.
    Drop,
}

/// What a shard did with a lifecycle event.
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

/// What the recorder did with a lifecycle event. The recorder of the event's socket gets this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Recorded,
    /// Dropped and counted in the gap, because the shard was full.
    Dropped,
    /// Ignored, because the recording has already ended.
    Ended,
}

/// How an event changes the number of open streams: not at all, by 1 or by -1.
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
