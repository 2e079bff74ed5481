//! Matches responses to requests. Responses arrive in the order of the requests (RFC 9112, section 9.3.2).

use std::collections::VecDeque;

use super::super::grpc;

/// Maximum number of requests that wait for their responses on one connection.
const MAX_PENDING: usize = 1_000;

/// Method of a request. Only methods that affect the length of the response body are distinguished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    /// HEAD: the response has no body.
    Head,
    /// CONNECT: a tunnel follows a successful response.
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

/// A request whose response is incomplete.
#[derive(Debug)]
struct Exchange {
    call: Option<u64>,
    method: Method,
    /// The gRPC method; `None` for other requests.
    grpc: Option<grpc::Method>,
    request_ended: bool,
    /// `true` if the server's bytes could not be dissected when the client began this request.
    responses_lost: bool,
}

/// The requests of a connection whose responses are incomplete, oldest first.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pending: VecDeque<Exchange>,
    /// `true` if the server may still respond to requests that [`abandon`](Self::abandon) has removed.
    is_ambiguous: bool,
}

impl Exchanges {
    pub(super) fn is_full(&self) -> bool {
        self.pending.len() >= MAX_PENDING
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Removes all requests, and calls `end` with the number of the API call to which each request belongs.
    pub(super) fn abandon(&mut self, mut end: impl FnMut(Option<u64>)) {
        // The lost response belonged to the first request.
        self.is_ambiguous |=
            self.pending.len() > 1 || self.pending.iter().any(|exchange| exchange.responses_lost);
        self.pending.drain(..).for_each(|exchange| end(exchange.call));
    }

    /// Returns `true` if the dissection of responses can resume, because the next response can only belong to
    /// the one pending request.
    pub(super) fn can_resume(&self) -> bool {
        !self.is_ambiguous
            && self.pending.iter().all(|exchange| exchange.responses_lost)
            && self.pending.len() == 1
    }

    /// Begins a request. `responses_lost` is `true` if the server's direction cannot be dissected.
    pub(super) fn begin(&mut self, call: Option<u64>, responses_lost: bool) {
        self.pending.push_back(Exchange {
            call,
            method: Method::Other,
            grpc: None,
            request_ended: false,
            responses_lost,
        });
    }

    /// Sets the method of the newest request, once its head is complete. Does nothing if the newest request
    /// does not belong to `call`.
    pub(super) fn set_method(&mut self, call: Option<u64>, method: Method) {
        if let Some(last) = self.last(call) {
            last.method = method;
        }
    }

    /// Sets the gRPC method of the newest request. Does nothing if the newest request does not belong to `call`.
    pub(super) fn set_grpc(&mut self, call: Option<u64>, grpc: grpc::Method) {
        if let Some(last) = self.last(call) {
            last.grpc = Some(grpc);
        }
    }

    /// Returns the gRPC method of the request that the current response belongs to.
    pub(super) fn grpc(&self) -> Option<&grpc::Method> {
        self.pending.front()?.grpc.as_ref()
    }

    /// Returns the number of the API call to which the current or next response belongs. `None` for an
    /// unsolicited response.
    pub(super) fn call(&self) -> Option<u64> {
        self.pending.front().and_then(|exchange| exchange.call)
    }

    /// Returns the method of the request that the current response belongs to.
    pub(super) fn method(&self) -> Method {
        self.pending.front().map_or_else(Method::default, |exchange| exchange.method)
    }

    /// Marks the newest request as complete. Returns `true` if its response was complete before, so that the
    /// API call `call` has ended.
    pub(super) fn end_request(&mut self, call: Option<u64>) -> bool {
        self.last(call).map(|last| last.request_ended = true).is_none()
    }

    /// Removes the oldest request, because its response is complete. Returns `true` if the request is
    /// complete, too, so that its API call has ended.
    pub(super) fn end_response(&mut self) -> bool {
        self.pending.pop_front().is_some_and(|exchange| exchange.request_ended)
    }

    /// Returns the request that began last if it belongs to `call`. `None` if its response was complete
    /// before the request itself: [`end_response`](Self::end_response) has then removed it.
    fn last(&mut self, call: Option<u64>) -> Option<&mut Exchange> {
        self.pending.back_mut().filter(|exchange| exchange.call == call)
    }
}
