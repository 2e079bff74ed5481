//! The open API calls of one connection, each with its bytes and its number of reads and writes.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use socket_tap::event::SockId;

use super::call::{Call, Usage};
use super::direction::Direction;
use super::part::{Class, Part};

/// Maximum number of open API calls on one connection. No server allows more.
const MAX_OPEN: usize = 10_000;

/// Maximum number of calls for which memory is kept after all have ended.
const MAX_KEPT: usize = 64;

/// The open API calls of one connection, by their number.
#[derive(Debug)]
pub(super) struct OpenCalls {
    sock: SockId,
    /// Number of API calls that have begun on the connection.
    begun: u64,
    open: HashMap<u64, OpenCall>,
    /// Value of the first `User-Agent` field on the connection.
    user_agent: Option<Arc<str>>,
    /// Number of reads and writes of the connection counted so far.
    transfers: u64,
    /// Numbers of the API calls whose last byte is in the current read or write.
    ended: Vec<u64>,
}

#[derive(Debug)]
struct OpenCall {
    call: Call,
    /// Number of the last read or write that transferred bytes of the call; 0 if there was none. The reads
    /// and writes of a connection are numbered from 1.
    last_transfer: u64,
    is_graphql: bool,
}

impl OpenCall {
    /// Returns the finished [`Call`], or `None` if it has no bytes.
    fn into_call(self) -> Option<Call> {
        (self.last_transfer > 0).then_some(self.call)
    }
}

impl OpenCalls {
    pub(super) fn new(sock: SockId) -> Self {
        Self { sock, begun: 0, open: HashMap::new(), user_agent: None, transfers: 0, ended: Vec::new() }
    }

    /// Begins a call and returns its number, or `None` if too many calls are open.
    pub(super) fn begin(&mut self, operation: String, t: u64) -> Option<u64> {
        if self.open.len() >= MAX_OPEN {
            return None;
        }
        let number = self.begun;
        self.begun += 1;
        let call = Call {
            sock: self.sock,
            number,
            operation,
            status: None,
            user_agent: None,
            began: t,
            answered: None,
            ended: t,
            to_server: Usage::default(),
            to_client: Usage::default(),
        };
        self.open.insert(number, OpenCall { call, last_transfer: 0, is_graphql: false });
        Some(number)
    }

    /// Replaces the operation of an API call with a more precise one.
    pub(super) fn set_operation(&mut self, call: Option<u64>, operation: String) {
        if let Some(open) = self.get(call) {
            open.call.operation = operation;
        }
    }

    /// Returns the operation of an open API call. Later bytes of the call may replace it with a more precise
    /// one. `None` if the call has ended.
    pub(super) fn operation(&self, call: u64) -> Option<&str> {
        self.open.get(&call).map(|open| open.call.operation.as_str())
    }

    /// Sets the value of the `User-Agent` field of an API call.
    pub(super) fn set_user_agent(&mut self, call: Option<u64>, user_agent: String) {
        self.user_agent.get_or_insert_with(|| user_agent.as_str().into());
        if let Some(open) = self.get(call) {
            open.call.user_agent = Some(user_agent);
        }
    }

    /// Returns the value of the first `User-Agent` field on the connection.
    pub(super) fn user_agent(&self) -> Option<&Arc<str>> {
        self.user_agent.as_ref()
    }

    /// Sets the status of an API call.
    pub(super) fn set_status(&mut self, call: Option<u64>, status: String) {
        if let Some(open) = self.get(call) {
            open.call.status = Some(status);
        }
    }

    /// Marks a call as a GraphQL operation.
    pub(super) fn set_graphql_operation(&mut self, call: Option<u64>, operation: String) {
        if let Some(open) = self.get(call) {
            open.call.operation = operation;
            open.is_graphql = true;
        }
    }

    /// Returns `true` if the call is a GraphQL operation.
    pub(super) fn is_graphql(&mut self, call: Option<u64>) -> bool {
        self.get(call).is_some_and(|open| open.is_graphql)
    }

    /// Appends `, errors` to the call's status, because the response contains GraphQL errors.
    pub(super) fn add_errors(&mut self, call: Option<u64>) {
        if let Some(status) = self.get(call).and_then(|open| open.call.status.as_mut()) {
            *status += ", errors";
        }
    }

    /// Marks a call as ended. The call is removed once the parts of the current read or write are counted.
    pub(super) fn end(&mut self, call: Option<u64>) {
        self.ended.extend(call);
    }

    fn get(&mut self, call: Option<u64>) -> Option<&mut OpenCall> {
        self.open.get_mut(&call?)
    }

    /// Counts the bytes of each part for the part's API call. Moves API calls whose last byte is in this read
    /// or write to `finished`. Sets the `call` of a part to `None` if that call has ended earlier.
    pub(super) fn account(
        &mut self,
        direction: Direction,
        parts: &mut [Part],
        t: u64,
        finished: &mut Vec<Call>,
    ) {
        self.transfers += 1;
        let transfer = self.transfers;
        for part in parts {
            let Some(OpenCall { call, last_transfer, .. }) = self.get(part.call) else {
                part.call = None;
                continue;
            };
            let usage = match direction {
                Direction::ToServer => &mut call.to_server,
                Direction::ToClient => &mut call.to_client,
            };
            usage.bytes.add(part.class, part.bytes);
            usage.transfers += u64::from(*last_transfer != transfer);
            *last_transfer = transfer;
            if direction == Direction::ToClient && matches!(part.class, Class::Headers | Class::Payload) {
                call.answered.get_or_insert(t);
            }
            call.ended = t;
        }
        if finished.is_empty() {
            // Extending alone would reserve memory for four calls. Mostly, one ends.
            finished.reserve_exact(self.ended.len());
        }
        for number in self.ended.drain(..) {
            finished.extend(self.open.remove(&number).and_then(OpenCall::into_call));
        }
        // A burst of calls leaves a large map behind.
        if self.open.is_empty() && self.open.capacity() > MAX_KEPT {
            self.open = HashMap::new();
        }
    }

    /// Returns the open calls, in the order in which they began.
    pub(super) fn into_calls(self) -> impl Iterator<Item = Call> {
        let mut calls: Vec<Call> = self.open.into_values().filter_map(OpenCall::into_call).collect();
        calls.sort_by_key(|call| call.number);
        calls.into_iter()
    }
}
