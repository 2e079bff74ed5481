//! Calls that exceed a limit, found while the trace is read.

use socket_tap::event::SockId;

use super::{Assertion, Measure};
use crate::summary::EndedCall;
use socket_dissect::Call;

/// Maximum number of violations shown for an assertion and trace: the worst ones.
pub(super) const MAX_SHOWN: usize = 3;

/// Checker of the limits on calls in one trace.
#[derive(Clone, Debug)]
pub struct LimitChecker {
    /// Number of calls.
    pub calls: u64,
    /// Calls that exceed each limit.
    pub exceeded: Vec<Exceeded>,
}

/// The calls that exceed one limit.
#[derive(Clone, Debug)]
pub struct Exceeded {
    measure: Measure,
    limit: u64,
    /// Number of calls.
    pub count: u64,
    /// The worst calls, in descending order.
    pub worst: Vec<ExceedingCall>,
}

/// A call that exceeds a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceedingCall {
    /// The measured value.
    pub value: u64,
    /// Step in which the call ended.
    pub step: String,
    /// The called operation.
    pub operation: String,
    /// Socket of the connection.
    pub sock: SockId,
    /// Index of the call on the connection.
    pub number: u64,
}

impl LimitChecker {
    /// Creates a checker of the limits among `assertions`.
    #[must_use]
    pub fn new(assertions: &[Assertion]) -> Self {
        let exceeded = assertions.iter().filter_map(|assertion| match *assertion {
            Assertion::Max(measure, limit) => Some(Exceeded { measure, limit, count: 0, worst: Vec::new() }),
            Assertion::SamePrimitives | Assertion::CleanEnds => None,
        });
        Self { calls: 0, exceeded: exceeded.collect() }
    }

    /// Checks a call.
    pub fn call(&mut self, EndedCall { step, side, call }: EndedCall<'_>) {
        self.calls += 1;
        for exceeded in &mut self.exceeded {
            if let Some(value) = exceeded.measure.of(call, side).filter(|value| *value > exceeded.limit) {
                exceeded.add(value, step, call);
            }
        }
    }

    /// Returns the calls that exceed this limit.
    #[must_use]
    pub fn exceeded(&self, measure: Measure, limit: u64) -> Option<&Exceeded> {
        self.exceeded.iter().find(|exceeded| (exceeded.measure, exceeded.limit) == (measure, limit))
    }
}

impl Exceeded {
    fn add(&mut self, value: u64, step: &str, call: &Call) {
        self.count += 1;
        let place = self.worst.iter().position(|kept| kept.value < value).unwrap_or(self.worst.len());
        if place < MAX_SHOWN {
            let (step, operation) = (step.to_owned(), call.operation.clone());
            let call = ExceedingCall { value, step, operation, sock: call.sock, number: call.number };
            self.worst.insert(place, call);
            self.worst.truncate(MAX_SHOWN);
        }
    }
}
