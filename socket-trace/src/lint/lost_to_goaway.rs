//! Finds calls that lost their response because the server ended the connection with a GOAWAY.

use std::collections::HashMap;

use socket_tap::event::{Op, SockId};

use super::finding::{Example, Finding, Quote, Tally};
use super::rule::{EndState, ObservedEvent, Requirement, Rule, RuleInfo};
use super::socket::Socket;
use crate::summary::Role;
use crate::units::plural;
use crate::why::{Ender, Explanation, Processed};

static INFO: RuleInfo = RuleInfo {
    name: "calls-lost-to-goaway",
    title: "calls without a response on a connection that the server ended with a GOAWAY",
    when: "Reported for each HTTP/2 connection with a GOAWAY of the server on which calls had no complete response when it \
           ended. The recording must have payload. Not reported for calls that the server completed after the GOAWAY.",
    cause: "A GOAWAY names the last stream that the server may have processed (RFC 9113, 6.8). Streams above it were not \
            processed, and clients may repeat them. Those up to it were: a server that closes before they are complete, or \
            that sends the final GOAWAY at once, loses them. Common reasons are a grace period that is too short, a maximum age \
            of connections without one, and an error of the client such as too many pings.",
    cure: "In the server, shut down gracefully: first a GOAWAY with the last stream 2^31-1, then one with the real last stream, \
           and close when its calls are complete (hyper: graceful_shutdown; tonic: serve_with_shutdown; gRPC: \
           MAX_CONNECTION_AGE_GRACE). In the client, repeat the streams above the last one on a new connection, as gRPC's \
           transparent retries do. `socket-trace why` lists each call and says whether a retry is safe.",
    requires: Requirement::Nothing,
};

#[derive(Debug, Default)]
pub(super) struct LostToGoaway {
    /// The last GOAWAY of the server on each open connection.
    goaways: HashMap<SockId, Quote>,
    connections: Tally,
    calls: u64,
    not_processed: u64,
}

impl Rule for LostToGoaway {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn needs_messages(&self) -> bool {
        true
    }

    fn observe(&mut self, seen: &ObservedEvent<'_>) {
        let Some(socket) = seen.socket else { return };
        if seen.parts.iter().any(|part| part.goaway.is_some()) && is_of_server(seen, socket) {
            self.goaways.insert(socket.sock, Quote::new(seen.line, seen.event));
        }
        if !matches!(seen.event.op, Op::Close(_) | Op::Release(_)) {
            return;
        }
        let goaway = self.goaways.remove(&socket.sock);
        if let (Some(goaway), Some(ending)) = (goaway, seen.ending) {
            self.ended(seen, goaway, ending);
        }
    }

    fn finish(&mut self, _: &EndState<'_>) -> Vec<Finding> {
        let what = format!(
            "{calls} without a response on {connections}; {not_processed} not processed, so a retry is safe.",
            calls = plural(self.calls, "call"),
            connections = plural(self.connections.count, "connection"),
            not_processed = match self.not_processed {
                1 => "1 was".to_owned(),
                many => format!("{many} were"),
            },
        );
        std::mem::take(&mut self.connections).finding(INFO.name, what).into_iter().collect()
    }
}

impl LostToGoaway {
    fn ended(&mut self, seen: &ObservedEvent<'_>, goaway: Quote, ending: &Explanation) {
        let calls = ending.in_flight.len() as u64 + ending.in_flight_more;
        if calls == 0 || ending.ended_by != Ender::Server {
            return;
        }
        let not_processed = ending.in_flight.iter().filter(|call| call.processed == Processed::NotProcessed);
        self.calls += calls;
        self.not_processed += not_processed.count() as u64;
        self.connections.add(|| Example {
            what: format!("the GOAWAY and the close, with {} without a response", plural(calls, "call")),
            lines: vec![goaway, Quote::new(seen.line, seen.event)],
        });
    }
}

/// Returns `true` if the server sent the data of a read or write.
fn is_of_server(seen: &ObservedEvent<'_>, socket: &Socket) -> bool {
    let is_server = socket.role == Some(Role::Accepted);
    matches!(seen.event.op, Op::Write(_)) == is_server
}

#[cfg(test)]
#[path = "lost_to_goaway_tests.rs"]
mod tests;
