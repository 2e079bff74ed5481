//! Requests that wait for their answers. Answers come in the order of their requests (RFC 9112, section 9.3.2).

use std::collections::VecDeque;

/// More requests that wait are not followed.
const MAX_WAITING: usize = 1_000;

/// What of a request's method matters to its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    /// Its answer has no body.
    Head,
    /// What follows its answer is for someone else.
    Connect,
    #[default]
    Other,
}

impl Method {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "HEAD" => Self::Head,
            "CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// A request whose answer is not complete.
#[derive(Debug)]
struct Exchange {
    call: Option<u64>,
    method: Method,
    request_ended: bool,
}

/// The requests of a connection whose answers are not complete, in order.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    waiting: VecDeque<Exchange>,
}

impl Exchanges {
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// None waits any more; what to do with the call of each.
    pub(super) fn drain(&mut self, mut ends: impl FnMut(Option<u64>)) {
        self.waiting.drain(..).for_each(|exchange| ends(exchange.call));
    }

    /// A request begins.
    pub(super) fn begin(&mut self, call: Option<u64>) {
        self.waiting.push_back(Exchange { call, method: Method::Other, request_ended: false });
    }

    /// The head of the request that began last is complete.
    pub(super) fn learn(&mut self, call: Option<u64>, method: Method) {
        if let Some(last) = self.last(call) {
            last.method = method;
        }
    }

    /// The call that is answered now, or next. `None` for an answer that nobody waits for.
    pub(super) fn call(&self) -> Option<u64> {
        self.waiting.front().and_then(|exchange| exchange.call)
    }

    /// The method that is answered.
    pub(super) fn method(&self) -> Method {
        self.waiting.front().map_or_else(Method::default, |exchange| exchange.method)
    }

    /// The request that began last has ended. Whether its call has.
    pub(super) fn request_ends(&mut self, call: Option<u64>) -> bool {
        self.last(call).map(|last| last.request_ended = true).is_none()
    }

    /// The answer has ended. Whether its call has.
    pub(super) fn response_ends(&mut self) -> bool {
        self.waiting.pop_front().is_some_and(|exchange| exchange.request_ended)
    }

    /// The request that began last, unless its answer was complete first.
    fn last(&mut self, call: Option<u64>) -> Option<&mut Exchange> {
        self.waiting.back_mut().filter(|exchange| exchange.call == call)
    }
}
