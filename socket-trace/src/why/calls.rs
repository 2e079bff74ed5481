//! The calls of a connection that have not completed.

use std::collections::BTreeMap;

use foldhash::HashMap;
use socket_dissect::{Call, Part};
use socket_tap::format::Side;

use super::by_side::BySide;
use super::open_call::{Key, OpenCall};
use super::retry::{CallFacts, InFlight, Processed, Retry, is_graphql, retry};
use crate::timeline::connections::Socket;

/// Maximum number of calls in flight that are listed for one end of a connection, and of refused ones. Further ones are
/// counted.
const MAX_LISTED: usize = 64;

/// The calls of a connection.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: HashMap<(Socket, u64), OpenCall>,
    /// Calls without a complete response, by their key.
    listed: BySide<BTreeMap<Key, Listed>>,
    /// Further ones that are not listed.
    more: BySide<More>,
    /// Number of calls that completed before the end of the connection.
    completed: BySide<u64>,
    /// Number of calls that ended with RST_STREAM, except for those that the server refused.
    reset: BySide<u64>,
    /// The highest key of a request that the server's program has read.
    highest_received: Option<Key>,
    /// The highest key of a GraphQL operation over HTTP/2 that the server's program has read.
    highest_operation: Option<Key>,
}

#[derive(Clone, Debug)]
struct Listed {
    call: OpenCall,
    operation: String,
    refused: bool,
}

/// Calls without a complete response that are not listed.
#[derive(Clone, Copy, Debug, Default)]
struct More {
    in_flight: u64,
    refused: u64,
    /// Number of the first event of those in flight.
    first_event: u64,
}

/// The evidence of the recordings about the requests of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knowledge {
    /// The client's recording shows the calls better than the server's: it is not encrypted, or both are.
    pub(super) client_recorded: bool,
    /// The server's recording is complete and readable.
    pub(super) server_complete: bool,
    /// All bytes of the connection were recorded and read, up to its end.
    pub(super) is_readable: bool,
    /// Calls with the same number at both ends are the same call. The ids of HTTP/2 streams always agree.
    pub(super) numbers_agree: bool,
    /// Last stream of the server's last `GOAWAY`.
    pub(super) last_stream: Option<u32>,
}

impl Calls {
    /// Processes the parts of a read or write of `side`.
    pub(super) fn observe(
        &mut self,
        socket: Socket,
        (side, sender): (Side, Side),
        parts: &[Part],
        event: u64,
    ) {
        for part in parts {
            let Some(number) = part.call else { continue };
            let call = self.open.entry((socket, number)).or_insert_with(|| OpenCall::new(event, side, part));
            call.observe(part, sender);
            if (side, sender) == (Side::Server, Side::Client) {
                let key = call.key(number);
                let highest = self.highest_mut(key);
                *highest = (*highest).max(Some(key));
            }
        }
    }

    fn highest_mut(&mut self, key: Key) -> &mut Option<Key> {
        if matches!(key, Key::Call(_)) { &mut self.highest_received } else { &mut self.highest_operation }
    }

    fn highest(&self, key: Key) -> Option<Key> {
        if matches!(key, Key::Call(_)) { self.highest_received } else { self.highest_operation }
    }

    /// Processes calls that ended with a read or write of `side`, whose bytes `sender` sent.
    pub(super) fn complete(&mut self, socket: Socket, (side, sender): (Side, Side), ended: &[Call]) {
        for call in ended {
            let open = self.open.remove(&(socket, call.number)).unwrap_or_default();
            let status = call.status.as_deref().unwrap_or_default();
            // A client may send REFUSED_STREAM, too, to reject a push.
            if sender == Side::Server && status.contains("reset: REFUSED_STREAM") {
                self.list(
                    side,
                    call.number,
                    Listed { call: open, operation: call.operation.clone(), refused: true },
                );
            } else {
                let count = if status.contains("reset: ") { &mut self.reset } else { &mut self.completed };
                *count.get_mut(side) += 1;
            }
        }
    }

    /// Processes calls that ended because `side` closed its socket. `server_finished` is `true` if the server had sent
    /// its FIN.
    pub(super) fn interrupt(&mut self, socket: Socket, side: Side, ended: &[Call], server_finished: bool) {
        for call in ended {
            let open = self.open.remove(&(socket, call.number)).unwrap_or_default();
            if open.upgraded || (open.until_close && server_finished) {
                *self.completed.get_mut(side) += 1;
            } else {
                self.list(
                    side,
                    call.number,
                    Listed { call: open, operation: call.operation.clone(), refused: false },
                );
            }
        }
    }

    /// Lists the calls that are still open. `operation` returns the operation of a call.
    pub(super) fn interrupt_open(&mut self, operation: impl Fn(Socket, u64) -> Option<String>) {
        for ((socket, number), call) in std::mem::take(&mut self.open) {
            let Some(side) = call.side.filter(|_| !call.upgraded) else { continue };
            let operation = operation(socket, number).unwrap_or_default();
            self.list(side, number, Listed { call, operation, refused: false });
        }
    }

    fn list(&mut self, side: Side, number: u64, listed: Listed) {
        let all = self.listed.get_mut(side);
        let more = self.more.get_mut(side);
        let alike = all.values().filter(|it| it.refused == listed.refused).count();
        if alike < MAX_LISTED {
            all.insert(listed.call.key(number), listed);
        } else if listed.refused {
            more.refused += 1;
        } else {
            let event = listed.call.event;
            more.first_event = if more.in_flight == 0 { event } else { more.first_event.min(event) };
            more.in_flight += 1;
        }
    }

    /// Returns the number of calls that completed, and of those that were reset.
    pub(super) fn counts(&self, knowledge: Knowledge) -> (u64, u64) {
        let side = seen_by(knowledge);
        (*self.completed.get(side), *self.reset.get(side))
    }

    /// Returns the number of calls that have ended so far, at either end.
    pub(super) fn ended(&self) -> u64 {
        let of = |side| self.completed.get(side) + self.reset.get(side);
        of(Side::Client).max(of(Side::Server))
    }

    /// Returns the calls without a complete response, and the number of further ones.
    pub(super) fn in_flight(&self, knowledge: Knowledge) -> (Vec<InFlight>, u64) {
        let side = seen_by(knowledge);
        let listed = self.listed.get(side).iter();
        let calls = listed.map(|(key, listed)| self.explained(*key, listed, knowledge)).collect();
        let more = self.more.get(side);
        (calls, more.in_flight + more.refused)
    }

    /// Returns `true` if a call has begun and has not ended yet.
    pub(super) fn has_open(&self) -> bool {
        self.open.values().any(|call| !call.upgraded)
    }

    /// Returns `true` if the head of a request was never completed.
    pub(super) fn lacks_head(&self, knowledge: Knowledge) -> bool {
        let mut listed = self.listed.get(seen_by(knowledge)).values();
        knowledge.is_readable && listed.any(|listed| listed.call.lacks_head)
    }

    /// Returns `true` if a call was in flight at the event with the number `event`. A call that the server refused was not.
    pub(super) fn has_in_flight(&self, knowledge: Knowledge, event: u64) -> bool {
        let more = self.more.get(seen_by(knowledge));
        let mut listed = self.listed.get(seen_by(knowledge)).values();
        listed.any(|listed| !listed.refused && listed.call.event <= event)
            || (more.in_flight > 0 && more.first_event <= event)
    }

    /// Returns `true` if all requests of the calls in flight were complete, as far as HTTP/1.1 shows.
    pub(super) fn has_complete_requests(&self, knowledge: Knowledge) -> bool {
        let mut listed = self.listed.get(seen_by(knowledge)).values();
        listed.all(|listed| listed.refused || listed.call.requested)
    }

    /// Returns `true` if the server had written a complete response to each call in flight, as far as its recording shows.
    pub(super) fn has_server_responded(&self, knowledge: Knowledge) -> bool {
        let listed = self.listed.get(seen_by(knowledge)).iter();
        self.more.get(seen_by(knowledge)).in_flight == 0
            && listed
                .filter(|(_, listed)| !listed.refused)
                .all(|(key, listed)| self.facts(*key, listed, knowledge).responded || listed.call.responded)
    }

    fn facts(&self, key: Key, listed: &Listed, knowledge: Knowledge) -> CallFacts {
        let is_shared = listed.call.has_own_stream() || knowledge.numbers_agree;
        let at_server = self.listed.server.get(&key).filter(|_| is_shared);
        let received = (is_shared && knowledge.server_complete).then_some(self.highest(key) >= Some(key));
        let is_known_at_server =
            at_server.is_some() || self.more.server.in_flight + self.more.server.refused > 0;
        CallFacts {
            stream: listed.call.stream,
            last_stream: knowledge.last_stream,
            refused: listed.refused || at_server.is_some_and(|it| it.refused),
            lacks_head: listed.call.lacks_head && knowledge.is_readable,
            answered: listed.call.answered || at_server.is_some_and(|it| it.call.answered),
            received,
            responded: received == Some(true) && !is_known_at_server
                || at_server.is_some_and(|it| it.call.responded),
        }
    }

    fn explained(&self, key: Key, listed: &Listed, knowledge: Knowledge) -> InFlight {
        let (processed, shown_by) = self.facts(key, listed, knowledge).processed();
        // The operation of a PostgreSQL call is SQL, in which `DELETE` is no method of HTTP.
        let idempotent_by = if listed.call.is_http { listed.operation.as_str() } else { "" };
        InFlight {
            operation: listed.operation.clone(),
            stream: listed.call.stream,
            event: Some(listed.call.event).filter(|event| *event > 0),
            processed,
            shown_by,
            retry: match retry(processed, idempotent_by) {
                Retry::Safe
                    if processed != Processed::NotProcessed
                        && is_graphql(idempotent_by)
                        && !listed.call.confirms_graphql() =>
                {
                    Retry::Unknown
                }
                retry => retry,
            },
        }
    }
}

/// Returns the side whose view of the calls counts: the client needs to know whether it may retry.
fn seen_by(knowledge: Knowledge) -> Side {
    if knowledge.client_recorded { Side::Client } else { Side::Server }
}
