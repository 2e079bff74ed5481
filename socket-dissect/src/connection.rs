//! Dissects the reads and writes of one connection.

use std::sync::Arc;

use socket_tap::event::{SockId, Transfer};
use socket_tap::format::Side;

use super::call::Call;
use super::context::Context;
use super::contracts::Contracts;
use super::data::TransferData;
use super::decompress::Budget;
use super::detail::Detail;
use super::direction::{Direction, PerDirection};
use super::http1::{HeadCache, Http1, start_line};
use super::open_calls::OpenCalls;
use super::outcome::Outcome;
use super::part::Part;
use super::part_collector::PartCollector;
use super::protocol::Protocol;
use super::text::{GAP, HOLE, not_recorded};
use super::tls::Expansion;

/// A connection whose reads and writes are dissected.
#[derive(Debug)]
pub(super) struct Connection {
    /// Endpoint that recorded the connection: the client or the server.
    side: Side,
    protocol: Protocol,
    output: PerDirection<PartCollector>,
    /// For each direction, the reason why its bytes can no longer be dissected; `None` while they can.
    lost: PerDirection<Option<&'static str>>,
    calls: OpenCalls,
    /// `true` once the server has sent a byte.
    has_answered: bool,
    /// Reads the responses of a server that answers another protocol in HTTP/1.1, as to TLS on a port for plain text.
    answers: Option<Box<Http1>>,
}

/// State that the connections of a recording share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) contracts: Contracts,
    pub(super) detail: Detail,
    /// Memory to decompress the bodies that are open.
    pub(super) budget: Budget,
    /// Parsed heads of HTTP/1.1.
    pub(super) heads: HeadCache,
    /// An empty vector whose memory the next parts use.
    pub(super) spare: Vec<Part>,
    /// Calls that have ended, but that `Dissector::take_finished` has not returned yet.
    pub(super) finished: Vec<Call>,
}

impl Connection {
    /// Returns a connection recorded by `side`. `from_beginning` is `true` if the recording contains the
    /// first byte of the connection.
    pub(super) fn new(sock: SockId, side: Side, from_beginning: bool) -> Self {
        Self {
            side,
            protocol: Protocol::Undecided { from_beginning },
            output: PerDirection::default(),
            lost: PerDirection::default(),
            calls: OpenCalls::new(sock),
            has_answered: false,
            answers: None,
        }
    }

    /// Returns the endpoint that recorded the connection: the client or the server.
    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// Dissects the bytes of a read into protocol parts.
    pub(super) fn read(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.dissect(Direction::of_reads_on(self.side), transfer, t, shared)
    }

    /// Dissects the bytes of a write into protocol parts.
    pub(super) fn write(&mut self, transfer: &Transfer, t: u64, shared: &mut Shared) -> Vec<Part> {
        self.dissect(Direction::of_reads_on(self.side).opposite(), transfer, t, shared)
    }

    /// Stops dissecting a direction in which the recorder dropped events, because it is unknown where the
    /// next frame or message begins. `reads` is `true` if it dropped reads, and `writes` if it dropped
    /// writes.
    pub(super) fn gap(&mut self, reads: bool, writes: bool) {
        let direction = Direction::of_reads_on(self.side);
        for (dropped, direction) in [(reads, direction), (writes, direction.opposite())] {
            if dropped {
                self.lost.get_mut(direction).get_or_insert(GAP);
            }
        }
    }

    /// Returns the operation of an open API call, such as `GET /v1/books/1`. Later bytes may replace it with
    /// a more precise one. `None` if no call with this number is open.
    pub(super) fn operation(&self, call: u64) -> Option<&str> {
        self.calls.operation(call)
    }

    /// Returns the value of the first `User-Agent` field on the connection.
    pub(super) fn user_agent(&self) -> Option<&Arc<str>> {
        self.calls.user_agent()
    }

    /// Returns the number of bytes that TLS encryption adds to each record. `None` if it cannot be
    /// determined, e.g. before the `ServerHello`.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        self.protocol.expansion()
    }

    /// Returns the API calls that are still open when the connection ends.
    pub(super) fn into_open_calls(self) -> impl Iterator<Item = Call> {
        self.calls.into_calls()
    }

    fn dissect(
        &mut self,
        direction: Direction,
        transfer: &Transfer,
        t: u64,
        shared: &mut Shared,
    ) -> Vec<Part> {
        let mut data = TransferData::new(transfer.data.as_deref().unwrap_or_default(), transfer.bytes);
        if *self.lost.get(direction) == Some(HOLE) {
            self.resume(direction, data.recorded(), t, shared);
        }
        let begins_answers = direction == Direction::ToClient && self.begins_answers(data.recorded());
        if begins_answers {
            self.answers = Some(Box::default());
            *self.lost.get_mut(direction) = None;
        }
        self.output.get_mut(direction).reuse(std::mem::take(&mut shared.spare));
        self.has_answered |= direction == Direction::ToClient;
        while !data.is_empty() {
            let outcome = match self.lost.get(direction) {
                Some(reason) => Outcome::Lost(reason),
                None => self.step(direction, &mut data, t, shared),
            };
            match outcome {
                Outcome::Done => {}
                Outcome::Switch(next) => self.protocol = next.into(),
                Outcome::Lost(reason) => {
                    let text = match (&transfer.data, self.lost.get_mut(direction).replace(reason)) {
                        // The reason is obvious if the recording has no payload at all.
                        (None, _) => String::new(),
                        (_, None) if reason == HOLE => not_recorded(data.missing()),
                        _ => reason.to_owned(),
                    };
                    self.output.get_mut(direction).unknown(data.take_all(), text);
                }
            }
        }
        let mut parts = self.output.get_mut(direction).take();
        if let (true, Protocol::Http2(_), Some(first)) = (begins_answers, &self.protocol, parts.first_mut()) {
            first.violation =
                Some("HTTP/1.1, where the server must send SETTINGS (RFC 9113, section 3.4)".to_owned());
        }
        self.calls.account(direction, &mut parts, t, &mut shared.finished);
        parts
    }

    fn step(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        t: u64,
        shared: &mut Shared,
    ) -> Outcome {
        let answers = if direction == Direction::ToClient { self.answers.take() } else { None };
        if let Some(mut answers) = answers {
            let (_, mut context) = self.split(direction, t, shared);
            let outcome = answers.dissect(data, &mut context);
            self.answers = Some(answers);
            return match outcome {
                Outcome::Switch(_) => Outcome::Lost("a protocol other than HTTP/1.1"),
                outcome => outcome,
            };
        }
        let (protocol, mut context) = self.split(direction, t, shared);
        protocol.dissect(data, &mut context)
    }

    /// Returns `true` if the server answers another protocol in HTTP/1.1 from here on. In a known protocol, only its first
    /// bytes can be such an answer.
    fn begins_answers(&self, bytes: &[u8]) -> bool {
        let is_possible = match self.protocol {
            Protocol::Http2(_) | Protocol::Tls(_) | Protocol::Postgres(_) => !self.has_answered,
            Protocol::Unsupported(_) => true,
            Protocol::Undecided { .. } | Protocol::Http1(_) | Protocol::WebSocket(_) => false,
        };
        let is_status = bytes.len() >= b"HTTP".len() && start_line::may_be_status(bytes);
        is_possible && self.answers.is_none() && is_status
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a message or frame.
    fn resume(&mut self, direction: Direction, bytes: &[u8], t: u64, shared: &mut Shared) {
        let answers = if direction == Direction::ToClient { self.answers.take() } else { None };
        let (protocol, mut context) = self.split(direction, t, shared);
        let (answers, resumes) = match answers {
            Some(mut answers) => {
                let resumes = answers.resume(bytes, &mut context);
                (Some(answers), resumes)
            }
            None => (None, protocol.resume(bytes, &mut context)),
        };
        self.answers = answers.or(self.answers.take());
        if resumes {
            *self.lost.get_mut(direction) = None;
        }
    }

    fn split<'a>(
        &'a mut self,
        direction: Direction,
        t: u64,
        shared: &'a mut Shared,
    ) -> (&'a mut Protocol, Context<'a>) {
        let opposite = *self.lost.get(direction.opposite());
        let output = self.output.get_mut(direction);
        let context = Context {
            direction,
            output,
            calls: &mut self.calls,
            contracts: &shared.contracts,
            heads: &mut shared.heads,
            budget: &shared.budget,
            limit: shared.detail.limit(),
            header_fields: shared.detail.header_fields,
            listed_fields: shared.detail.listed_fields(),
            messages: shared.detail.messages,
            t,
            opposite_lost: opposite.is_some(),
            opposite_unrecorded: opposite.is_some_and(|reason| matches!(reason, HOLE | GAP)),
        };
        (&mut self.protocol, context)
    }
}
