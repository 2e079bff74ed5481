//! The rows of a sequence diagram: socket calls of both sides, and arrows between the sides. The arrows are packets if
//! they were recorded, else the signals that the calls imply.

use socket_tap::format::Side;

use super::call::{Call, Signal};
use super::instants::{Instant, instants};
use super::model::Sequence;
use super::packet::Packet;
use crate::units::milliseconds;

/// Minimum duration in nanoseconds of a pause that is drawn. Shorter pauses are usual between programs on one
/// machine, so they are not drawn.
const PAUSE: u64 = 10_000_000;

/// One row of a sequence diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Time of the row on the time line, in nanoseconds. `None` for a segment that the calls imply.
    pub(super) at: Option<u64>,
    /// Duration of the pause before this row, in nanoseconds; `None` if it is too short to be drawn.
    pub(super) pause: Option<u64>,
    /// Socket call in this row: its side, and its text, e.g. `write 85 B`.
    pub(super) call: Option<(Side, String)>,
    /// Description of the data that the socket call transferred, if no arrow has it as its label.
    pub(super) carried: String,
    /// `true` if the socket call in this row receives a signal from the other side.
    pub(super) receives: bool,
    /// The signal that crosses to the other side in this row.
    pub(super) arrow: Option<Arrow>,
}

/// A signal from one side to the other, drawn as an arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) to: Side,
    pub(super) label: String,
    pub(super) bytes: Option<u64>,
    /// `true` for a segment or packet without data, which the kernels exchange; `false` for bytes that a program sent.
    pub(super) kernel: bool,
    /// `true` if the network dropped the packet.
    pub(super) is_dropped: bool,
}

/// Returns the rows of the diagram of a connection.
pub(super) fn rows(sequence: &Sequence) -> Vec<Row> {
    if !sequence.packets.is_empty() {
        return rows_with_packets(sequence);
    }
    let is_one_sided = sequence.client.is_none() || sequence.server.is_none();
    let (mut rows, mut last): (Vec<Row>, Option<u64>) = (Vec::new(), None);
    for call in &sequence.calls {
        let pause = pause_since(last, call.at);
        last = Some(call.at);
        let first = rows.len();
        match (call.sends, call.receives) {
            (Some(signal), _) => rows.extend(sent(call, signal)),
            (None, Some(signal)) if is_one_sided => rows.extend(received(call, signal)),
            _ => rows.push(row(call, None)),
        }
        if let Some(row) = rows.get_mut(first) {
            row.pause = pause;
        }
    }
    rows
}

/// Returns the duration of the pause before the time `at`, if it is long enough to be drawn.
pub(super) fn pause_since(last: Option<u64>, at: u64) -> Option<u64> {
    last.map(|last| at.saturating_sub(last)).filter(|pause| *pause >= PAUSE)
}

/// Returns a row for each socket call and each packet. A packet is in the row of the time at which it was sent.
fn rows_with_packets(sequence: &Sequence) -> Vec<Row> {
    let (mut rows, mut last): (Vec<Row>, Option<u64>) = (Vec::new(), None);
    for instant in instants(sequence) {
        let row = match instant {
            Instant::Arrived(_) => continue,
            Instant::Call(call) => Row { carried: call.carried.clone(), ..row(call, None) },
            Instant::Sent(packet) => Row { at: Some(packet.at), ..between(packet_arrow(packet)) },
        };
        rows.push(Row { pause: pause_since(last, instant.at()), ..row });
        last = Some(instant.at());
    }
    rows
}

fn packet_arrow(packet: &Packet) -> Arrow {
    let mut label = packet.label();
    if let Some(arrived) = packet.arrived {
        label.push_str(&format!(", in {}", milliseconds(arrived.saturating_sub(packet.at))));
    }
    let (to, kernel) = (packet.from.other(), packet.bytes == 0);
    Arrow { to, label, bytes: None, kernel, is_dropped: packet.is_dropped }
}

/// Formats a socket call and its detail.
pub(super) fn call_text(call: &Call) -> String {
    format!("{} {}", call.text, call.detail).trim_end().to_owned()
}

fn row(call: &Call, arrow: Option<Arrow>) -> Row {
    let text = call_text(call);
    Row {
        at: Some(call.at),
        pause: None,
        call: Some((call.side, text)),
        carried: String::new(),
        receives: call.receives.is_some(),
        arrow,
    }
}

/// Returns the rows of a socket call that sends a signal. The first row has the call and the arrow of the
/// signal. For a handshake, this arrow is the SYN; the SYN-ACK and the ACK follow in rows of their own.
fn sent(call: &Call, signal: Signal) -> Vec<Row> {
    let to = call.side.other();
    match signal {
        Signal::Handshake => {
            let [syn, syn_ack, ack] = handshake(call.side);
            vec![row(call, Some(syn)), between(syn_ack), between(ack)]
        }
        signal => vec![row(call, Some(arrow(to, signal, &call.carried)))],
    }
}

/// Returns the rows of a socket call that receives a signal from a side that was not recorded. The last row
/// has the call and the arrow of the signal. For a handshake, this arrow is the ACK; the SYN and the SYN-ACK
/// precede it in rows of their own.
fn received(call: &Call, signal: Signal) -> Vec<Row> {
    match signal {
        Signal::Handshake => {
            let [syn, syn_ack, ack] = handshake(call.side.other());
            vec![between(syn), between(syn_ack), row(call, Some(ack))]
        }
        signal => vec![row(call, Some(arrow(call.side, signal, &call.carried)))],
    }
}

fn arrow(to: Side, signal: Signal, carried: &str) -> Arrow {
    let (label, bytes) = match signal {
        Signal::Bytes(bytes) => (carried, Some(bytes)),
        Signal::Fin => ("FIN", None),
        Signal::Rst => ("RST", None),
        Signal::Handshake => ("SYN", None),
    };
    Arrow { to, label: label.to_owned(), bytes, kernel: bytes.is_none(), is_dropped: false }
}

/// Returns the three segments that the kernels exchange while a client connects.
fn handshake(client: Side) -> [Arrow; 3] {
    let server = client.other();
    [("SYN", server), ("SYN, ACK", client), ("ACK", server)].map(|(label, to)| Arrow {
        to,
        label: label.to_owned(),
        bytes: None,
        kernel: true,
        is_dropped: false,
    })
}

fn between(arrow: Arrow) -> Row {
    Row { at: None, pause: None, call: None, carried: String::new(), receives: false, arrow: Some(arrow) }
}

/// Formats the duration of a pause: `350 ms`, `1.2 s`.
pub(super) fn pause(ns: u64) -> String {
    match ns / 1_000_000 {
        ms @ ..1_000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}

/// Formats the heading of one side: `client: rest-client #1`, or `client: not recorded`.
pub(super) fn lane(side: Side, recording: Option<&String>) -> String {
    match recording {
        Some(recording) => format!("{}: {recording}", side.name()),
        None => format!("{}: not recorded", side.name()),
    }
}
