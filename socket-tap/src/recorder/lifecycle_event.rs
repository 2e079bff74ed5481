//! Events of a socket other than reads and writes that succeeded.

use crate::close::Close;
use crate::event::{Failure, Op, Transfer};

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

    pub(super) fn op(&self) -> (Op, Option<Failure>) {
        match self {
            Self::Eof => (Op::Read(Transfer { eof: true, ..Transfer::default() }), None),
            Self::Shutdown => (Op::Shutdown, None),
            Self::Close(close) => (Op::Close(close.clone()), None),
            Self::Other(other) => (**other).clone(),
        }
    }
}

/// What to do with a lifecycle_event when the shard is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// Take it: it belongs to a socket that was taken in, and is one of the few that each such socket may have.
    Keep,
    /// Count it.
    Drop,
}

/// What became of a lifecycle_event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushOutcome {
    Recorded,
    /// And the shard has just become half full.
    HalfFull,
    /// There was no capacity; it was counted.
    Dropped,
    /// The recording has ended.
    Ended,
}

/// What an event does to the number of open streams.
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
