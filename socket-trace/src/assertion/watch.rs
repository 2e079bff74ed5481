//! The calls of a trace that go over a limit, found as it is read.

use socket_tap::event::SockId;

use super::{Assertion, Measure};
use crate::summary::EndedCall;
use socket_dissect::Call;

/// How much is shown of what is against an assertion in one trace: the worst.
pub(super) const MOST: usize = 3;

/// What was seen of one trace.
#[derive(Clone, Debug)]
pub struct Watch {
    /// How many calls there were.
    pub calls: u64,
    /// For each limit on calls, what went over it.
    pub over: Vec<Over>,
}

/// What went over a limit.
#[derive(Clone, Debug)]
pub struct Over {
    measure: Measure,
    limit: u64,
    /// How many calls.
    pub count: u64,
    /// The worst of them, the worst first.
    pub worst: Vec<OverCall>,
}

/// A call that went over a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverCall {
    /// How far it went.
    pub value: u64,
    /// The step in which it ended.
    pub step: String,
    /// What it called.
    pub operation: String,
    /// Its connection.
    pub sock: SockId,
    /// Which call of the connection.
    pub number: u64,
}

impl Watch {
    /// Of a trace of which these are asserted.
    #[must_use]
    pub fn new(assertions: &[Assertion]) -> Self {
        let over = assertions.iter().filter_map(|assertion| match *assertion {
            Assertion::Max(measure, limit) => Some(Over { measure, limit, count: 0, worst: Vec::new() }),
            Assertion::SamePrimitives | Assertion::CleanEnds => None,
        });
        Self { calls: 0, over: over.collect() }
    }

    /// Takes in a call.
    pub fn call(&mut self, EndedCall { step, side, call }: EndedCall<'_>) {
        self.calls += 1;
        for over in &mut self.over {
            if let Some(value) = over.measure.of(call, side).filter(|value| *value > over.limit) {
                over.add(value, step, call);
            }
        }
    }

    /// What went over that limit.
    #[must_use]
    pub fn over(&self, measure: Measure, limit: u64) -> Option<&Over> {
        self.over.iter().find(|over| (over.measure, over.limit) == (measure, limit))
    }
}

impl Over {
    fn add(&mut self, value: u64, step: &str, call: &Call) {
        self.count += 1;
        let place = self.worst.iter().position(|kept| kept.value < value).unwrap_or(self.worst.len());
        if place < MOST {
            let (step, operation) = (step.to_owned(), call.operation.clone());
            let call = OverCall { value, step, operation, sock: call.sock, number: call.number };
            self.worst.insert(place, call);
            self.worst.truncate(MOST);
        }
    }
}
