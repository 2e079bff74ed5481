//! The facts about one connection.

use foldhash::{HashMap, HashSet};
use socket_dissect::{Goaway, Layer, Part};
use socket_tap::event::{Event, Op};
use socket_tap::format::Side;

use super::by_side::BySide;
use super::call_signs::{in_call, sends_fin};
use super::calls::Calls;
use super::explanation::RecordedEnd;
use super::message_signs::{field, in_messages};
use super::open_call::is_unassigned;
use super::recorded_totals::RecordedTotals;
use super::sending::SendData;
use super::signal::{Sign, Signal};
use super::upkeep::{Place, Upkeep};
use crate::timeline::AnnotatedEvent;
use crate::timeline::connections::{Connection, Socket};

/// Maximum number of signals that are kept. The first ones decide.
const MAX_SIGNALS: usize = 32;

/// Time in nanoseconds after which an invalid message replaces an earlier one as the possible cause.
const RECENT: u64 = 1_000_000_000;

/// The facts about one connection.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) number: u64,
    pub(super) client: Option<String>,
    pub(super) server: Option<String>,
    pub(super) ends: Vec<RecordedEnd>,
    pub(super) opened: u64,
    pub(super) closed: Option<u64>,
    /// Numbers of the events in which the client's program shut down its direction, and closed its socket.
    pub(super) client_shutdown: Option<u64>,
    pub(super) client_close: Option<u64>,
    /// The sockets that are open, and those that are layered on another one, such as TLS.
    pub(super) open: HashMap<Socket, Side>,
    layered: HashSet<Socket>,
    totals: RecordedTotals,
    /// The listener that accepted the connection.
    pub(super) listener: Option<Socket>,
    pub(super) signals: Vec<Signal>,
    pub(super) calls: Calls,
    pub(super) upkeep: Upkeep,
    pub(super) protocol: Option<&'static str>,
    pub(super) is_grpc: bool,
    /// Time that the server announced in `Keep-Alive`, in seconds.
    pub(super) keep_alive: Option<u64>,
    /// Time of the last read or write before the end, and the number of its event.
    pub(super) last_transfer: Option<Place>,
    pub(super) sending: BySide<Option<SendData>>,
    /// The recorder dropped events of an end.
    pub(super) has_gap: bool,
    /// Ends whose recording has payload.
    pub(super) has_payload: BySide<bool>,
    /// Ends at which encrypted bytes were recorded.
    pub(super) has_tls: BySide<bool>,
    /// Ends at which a stream on top of the socket was recorded, whose bytes are decrypted.
    pub(super) has_layer: BySide<bool>,
    /// The recording of an end begins after the connection, perhaps within it.
    pub(super) is_adopted: bool,
    /// The program took an end, or a stream on top of it, out of the recording.
    pub(super) is_released: bool,
    /// Incomplete WebSocket messages without a call, by the recording side, the sender and the HTTP/2 stream.
    unassigned: HashSet<(Side, Side, Option<u32>)>,
    /// Some bytes could not be dissected.
    pub(super) has_unknown: bool,
}

impl Facts {
    /// Returns the facts of a connection that begins.
    pub(super) fn new(connection: &Connection, at: u64) -> Self {
        let address = |side| {
            let address = if connection.side == side { &connection.local } else { &connection.peer };
            address.as_ref().map(ToString::to_string)
        };
        let (client, server) = (address(Side::Client), address(Side::Server));
        Self { number: connection.number, client, server, opened: at, ..Self::default() }
    }

    /// Processes an event of a socket of the connection.
    pub(super) fn observe(&mut self, annotated: &AnnotatedEvent, socket: Socket, side: Side, number: u64) {
        let event = &annotated.timed.event;
        let place = Place { event: number, at: annotated.timed.at };
        if let Op::Adopt { on, .. } = event.op {
            self.is_adopted |= on.is_none();
            if on.is_some() {
                self.layered.insert(socket);
                *self.has_layer.get_mut(side) = true;
            }
        }
        self.has_gap |= self.totals.observe(event, socket);
        self.is_released |= matches!(event.op, Op::Release(_));
        match &event.op {
            Op::Read(transfer) | Op::Write(transfer) if transfer.bytes > 0 && event.error.is_none() => {
                self.transfer(annotated, socket, side, place);
            }
            Op::Close(_) | Op::Release(_) => self.close(annotated, socket, side, place),
            _ => {}
        }
        if !self.layered.contains(&socket) {
            self.socket_call(event, side, place);
        }
    }

    fn socket_call(&mut self, event: &Event, side: Side, place: Place) {
        match &event.op {
            Op::Shutdown if side == Side::Client => {
                self.client_shutdown = self.client_shutdown.or(Some(place.event));
            }
            Op::Close(_) if side == Side::Client => self.client_close = Some(place.event),
            _ => {}
        }
        if let Some((sign, by, what)) = in_call(event, side) {
            self.signal(sign, by, side, place, what);
        }
    }

    fn transfer(&mut self, annotated: &AnnotatedEvent, socket: Socket, side: Side, place: Place) {
        let (event, parts) = (&annotated.timed.event, &annotated.parts);
        let is_read = matches!(event.op, Op::Read(_));
        let sender = if is_read { side.other() } else { side };
        let signs = in_messages(parts);
        if !self.has_ended() && signs.is_empty() {
            self.last_transfer = Some(place);
        }
        for (sign, what) in signs {
            self.signal(sign, Some(sender), side, place, what);
        }
        let heard = is_read || !self.is_recorded(sender.other());
        if let Some(first) = self.upkeep.observe(parts, (sender, side), heard, place) {
            let what = "first RST_STREAM of 10 or more within a second".to_owned();
            self.signal(Sign::RstStreamBurst, Some(sender), side, first, what);
        }
        *self.has_tls.get_mut(side) |= parts.iter().any(|part| part.layer == Layer::Tls);
        self.note_protocol(parts);
        self.note_unassigned((side, sender), parts);
        self.calls.observe(socket, (side, sender), parts, place.event);
        self.calls.complete(socket, (side, sender), &annotated.ended);
    }

    fn note_protocol(&mut self, parts: &[Part]) {
        for part in parts {
            let (rank, protocol) = match part.layer {
                Layer::Http1 | Layer::Sse => (1, "HTTP/1.1"),
                Layer::Http2 => (2, "HTTP/2"),
                Layer::Grpc => (3, "gRPC"),
                Layer::Websocket => (3, "WebSocket"),
                Layer::Postgres => (1, "PostgreSQL"),
                Layer::Tls => (0, "TLS"),
                Layer::Unknown => {
                    self.has_unknown = true;
                    continue;
                }
            };
            self.is_grpc |= part.layer == Layer::Grpc;
            if self.protocol.is_none_or(|known| rank > self::rank(known)) {
                self.protocol = Some(protocol);
            }
            if part.name == "response head"
                && let Some(value) = field(part, "keep-alive")
            {
                self.keep_alive = timeout(value).or(self.keep_alive);
            }
        }
    }

    /// Notes messages of a WebSocket whose call is unknown. The call of a message that is incomplete may become known.
    fn note_unassigned(&mut self, (side, sender): (Side, Side), parts: &[Part]) {
        for part in parts {
            let is_unassigned = is_unassigned(part);
            let message = (side, sender, part.stream);
            self.has_unknown |= is_unassigned && part.ends;
            if is_unassigned && !part.ends {
                self.unassigned.insert(message);
            } else if part.layer == Layer::Websocket && part.name == "message" {
                self.unassigned.remove(&message);
            }
        }
    }

    fn close(&mut self, annotated: &AnnotatedEvent, socket: Socket, side: Side, place: Place) {
        let server_finished = self
            .signals
            .iter()
            .any(|it| it.sign == Sign::Fin && it.by == Some(Side::Server))
            || (side == Side::Server && !self.layered.contains(&socket) && sends_fin(&annotated.timed.event));
        self.calls.interrupt(socket, side, &annotated.ended, server_finished);
        self.has_unknown |= !self.unassigned.is_empty();
        self.open.remove(&socket);
        self.closed = Some(place.at);
    }

    /// Adds a signal, unless the same side has sent one of the same kind before.
    pub(super) fn signal(
        &mut self,
        sign: Sign,
        by: Option<Side>,
        recorded_by: Side,
        place: Place,
        what: String,
    ) {
        let known = self.signals.iter().position(|it| it.by == by && it.sign.is_repetition_of(&sign));
        if let Some(known) = known {
            let before = self.signals.get(known).map_or(0, |known| known.at);
            // The peer ended the connection because of a recent one, if at all.
            if !sign.is_offence() || self.has_ended() || place.at.saturating_sub(before) <= RECENT {
                return;
            }
            self.signals.remove(known);
        }
        if self.signals.len() >= MAX_SIGNALS {
            return;
        }
        let (event, at) = (place.event, place.at);
        let (completed, in_flight) = (self.calls.ended(), self.calls.has_open());
        self.signals.push(Signal { sign, by, recorded_by, event, at, what, completed, in_flight });
    }

    /// Returns `true` if one direction has ended, or the connection failed.
    fn has_ended(&self) -> bool {
        self.signals.iter().any(|signal| signal.sign.is_end())
    }

    /// Returns the round-trip time of the connection in nanoseconds, as `side` or else its peer measured it.
    pub(super) fn round_trip(&self, side: Side) -> Option<u64> {
        let of = |side| self.sending.get(side).as_ref().and_then(SendData::round_trip);
        of(side).or_else(|| of(side.other()))
    }

    /// Returns the last `GOAWAY` of a side.
    pub(super) fn goaway(&self, side: Side) -> Option<&Goaway> {
        self.signals.iter().rev().find_map(|signal| match &signal.sign {
            Sign::Goaway(goaway) if signal.by == Some(side) => Some(goaway),
            _ => None,
        })
    }
}

fn rank(protocol: &str) -> u8 {
    match protocol {
        "TLS" => 0,
        "HTTP/2" => 2,
        "gRPC" | "WebSocket" => 3,
        _ => 1,
    }
}

/// Returns the seconds in the value of a `Keep-Alive` field, such as `timeout=5, max=100`.
fn timeout(value: &str) -> Option<u64> {
    value.split(',').find_map(|parameter| {
        let (name, seconds) = parameter.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("timeout").then(|| seconds.trim().parse().ok())?
    })
}
