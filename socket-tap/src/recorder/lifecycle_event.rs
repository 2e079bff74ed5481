//! Events of a socket other than successful reads and writes.

use crate::close::Close;
use crate::event::{Failure, Op, Transfer};

/// Any event other than a successful read or write. The events that each connection has need no allocation, or reuse
/// one; the others are boxed.
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

/// The treatment of a lifecycle event when the shard is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Record it: it is one of the reserved events of a socket in the recording.
    Keep,
    /// Drop and count it.
    Drop,
}

/// The result of pushing a lifecycle event to a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushOutcome {
    Recorded,
    /// Recorded, and the shard has just become half full.
    HalfFull,
    /// Dropped and counted, because the shard was full.
    Dropped,
    /// Ignored, because the recording has ended.
    Ended,
}

/// The result of recording a lifecycle event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Recorded,
    /// Dropped and counted, because the shard was full.
    Dropped,
    /// Ignored, because the recording has ended.
    Ended,
}

/// The effect of an event on the number of open streams.
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
    fn lifecycle_events_survive_packing() {
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
