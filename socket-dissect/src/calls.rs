//! The calls of one connection that are open, and what they have cost.

use std::collections::BTreeMap;

use socket_tap::event::SockId;

use super::call::{Budget, Call};
use super::part::{Class, Part};
use super::way::Way;

/// More open calls are not followed: no server allows a connection so many.
const MAX_OPEN: usize = 10_000;

/// The open calls of a connection.
#[derive(Debug)]
pub(super) struct Calls {
    sock: SockId,
    /// How many have begun.
    begun: u64,
    open: BTreeMap<u64, Open>,
    /// How many transfers were charged.
    transfers: u64,
    /// Those whose last byte is in the transfer that is being looked at.
    ended: Vec<u64>,
}

#[derive(Debug)]
struct Open {
    call: Call,
    /// The last transfer that carried some of it, from 1.
    charged: u64,
    in_graphql: bool,
}

impl Open {
    /// The call; `None` when it turned out to be none, so that nothing was charged to it.
    fn call(self) -> Option<Call> {
        (self.charged > 0).then_some(self.call)
    }
}

impl Calls {
    pub(super) fn new(sock: SockId) -> Self {
        Self { sock, begun: 0, open: BTreeMap::new(), transfers: 0, ended: Vec::new() }
    }

    /// A call begins. `None` when too many are open.
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
            began: t,
            answered: None,
            ended: t,
            to_server: Budget::default(),
            to_client: Budget::default(),
        };
        self.open.insert(number, Open { call, charged: 0, in_graphql: false });
        Some(number)
    }

    /// What is called is known better now.
    pub(super) fn name(&mut self, call: Option<u64>, operation: String) {
        if let Some(call) = self.get(call) {
            call.call.operation = operation;
        }
    }

    /// What is called, as far as it is known; `None` when the call has ended.
    pub(super) fn operation(&self, call: u64) -> Option<&str> {
        self.open.get(&call).map(|open| open.call.operation.as_str())
    }

    /// How it ended.
    pub(super) fn status(&mut self, call: Option<u64>, status: String) {
        if let Some(call) = self.get(call) {
            call.call.status = Some(status);
        }
    }

    /// What is called turns out to be an operation of GraphQL.
    pub(super) fn ask_in_graphql(&mut self, call: Option<u64>, operation: String) {
        if let Some(call) = self.get(call) {
            call.call.operation = operation;
            call.in_graphql = true;
        }
    }

    /// Whether it is an operation of GraphQL.
    pub(super) fn is_in_graphql(&mut self, call: Option<u64>) -> bool {
        self.get(call).is_some_and(|call| call.in_graphql)
    }

    /// The answer has errors beside its status.
    pub(super) fn add_errors(&mut self, call: Option<u64>) {
        if let Some(status) = self.get(call).and_then(|call| call.call.status.as_mut()) {
            *status += ", errors";
        }
    }

    /// Nothing more of it comes after this transfer.
    pub(super) fn end(&mut self, call: Option<u64>) {
        self.ended.extend(call);
    }

    fn get(&mut self, call: Option<u64>) -> Option<&mut Open> {
        self.open.get_mut(&call?)
    }

    /// Charges the calls with the parts of a transfer, and moves those that ended with it to `finished`. What comes late
    /// belongs to none.
    pub(super) fn charge(&mut self, way: Way, parts: &mut [Part], t: u64, finished: &mut Vec<Call>) {
        self.transfers += 1;
        let transfer = self.transfers;
        for part in parts {
            let Some(Open { call, charged, .. }) = self.get(part.call) else {
                part.call = None;
                continue;
            };
            let budget = match way {
                Way::ToServer => &mut call.to_server,
                Way::ToClient => &mut call.to_client,
            };
            let spent = budget.bytes.entry(part.class).or_default();
            *spent = spent.saturating_add(part.bytes);
            budget.transfers += u64::from(*charged != transfer);
            *charged = transfer;
            if way == Way::ToClient && matches!(part.class, Class::Headers | Class::Payload) {
                call.answered.get_or_insert(t);
            }
            call.ended = t;
        }
        for number in self.ended.drain(..) {
            finished.extend(self.open.remove(&number).and_then(Open::call));
        }
    }

    /// All that are open, in the order in which they began.
    pub(super) fn into_open(self) -> impl Iterator<Item = Call> {
        self.open.into_values().filter_map(Open::call)
    }
}
