//! While a trace is read, finds the API calls that exceed a limit.

use socket_tap::event::SockId;

use super::{Assertion, Measure};
use crate::summary::EndedCall;
use socket_dissect::Call;

/// Maximum number of violations shown per assertion and trace.
pub(super) const MAX_SHOWN: usize = 3;

/// Finds the API calls of one trace that exceed a limit of the assertions.
#[derive(Clone, Debug)]
pub struct LimitChecker {
    /// Number of API calls checked so far.
    pub calls: u64,
    /// One element for each limit: the API calls that exceed it.
    pub exceeded: Vec<Exceeded>,
}

/// The API calls of one trace that exceed one limit.
#[derive(Clone, Debug)]
pub struct Exceeded {
    measure: Measure,
    limit: u64,
    /// Number of API calls that exceed the limit.
    pub count: u64,
    /// The API calls that exceed the limit by the largest amounts, largest first. At most `MAX_SHOWN` are
    /// kept.
    pub worst: Vec<ExceedingCall>,
}

/// An API call that exceeds a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceedingCall {
    /// The measured value, which exceeds the limit: a number of reads, writes or bytes, or a time in
    /// nanoseconds.
    pub value: u64,
    /// Name of the step (the time from one mark of the program to the next) in which the API call ended.
    pub step: String,
    /// Operation of the API call, such as `GET /v1/books/1`.
    pub operation: String,
    /// Socket of the connection on which the API call was made.
    pub sock: SockId,
    /// Index of the API call on its connection, from 0.
    pub number: u64,
}

impl LimitChecker {
    /// Returns a checker for the limits that the assertions set.
    #[must_use]
    pub fn new(assertions: &[Assertion]) -> Self {
        let exceeded = assertions.iter().filter_map(|assertion| match *assertion {
            Assertion::Max(measure, limit) => Some(Exceeded { measure, limit, count: 0, worst: Vec::new() }),
            Assertion::SamePrimitives | Assertion::CleanEnds => None,
        });
        Self { calls: 0, exceeded: exceeded.collect() }
    }

    /// Compares an ended API call with all limits, and counts it for each limit that it exceeds.
    pub fn call(&mut self, EndedCall { step, side, call }: EndedCall<'_>) {
        self.calls += 1;
        for exceeded in &mut self.exceeded {
            if let Some(value) = exceeded.measure.of(call, side).filter(|value| *value > exceeded.limit) {
                exceeded.add(value, step, call);
            }
        }
    }

    /// Returns the API calls that exceed the given limit. `None` if the checker has no such limit.
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
