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
    /// It began while nothing was known of the answers.
    in_the_dark: bool,
}

/// The requests of a connection whose answers are not complete, in order.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    waiting: VecDeque<Exchange>,
    /// Requests were given up whose answers may still come.
    is_ambiguous: bool,
}

impl Exchanges {
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// None waits any more; what to do with the call of each.
    pub(super) fn give_up(&mut self, mut ends: impl FnMut(Option<u64>)) {
        // The answer that is lost was the first one's.
        self.is_ambiguous |=
            self.waiting.len() > 1 || self.waiting.iter().any(|exchange| exchange.in_the_dark);
        self.waiting.drain(..).for_each(|exchange| ends(exchange.call));
    }

    /// Whether an answer that begins now, after some that nothing is known of, can be told whose it is.
    pub(super) fn resume(&self) -> bool {
        !self.is_ambiguous
            && self.waiting.iter().all(|exchange| exchange.in_the_dark)
            && self.waiting.len() == 1
    }

    /// A request begins; `in_the_dark` when nothing is known of the answers.
    pub(super) fn begin(&mut self, call: Option<u64>, in_the_dark: bool) {
        self.waiting.push_back(Exchange { call, method: Method::Other, request_ended: false, in_the_dark });
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
