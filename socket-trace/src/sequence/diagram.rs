//! The rows of a diagram: what stands on each side, and what goes across.

use socket_tap::format::Side;

use super::call::{Call, Signal};
use super::model::Sequence;

/// A pause is drawn from here on, in nanoseconds: on one machine an answer takes less.
const PAUSE: u64 = 10_000_000;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// When, in nanoseconds on the time line; `None` for what the kernels do by themselves.
    pub(super) at: Option<u64>,
    /// How long nothing had happened, when that is long.
    pub(super) pause: Option<u64>,
    /// The call that stands here, and whose.
    pub(super) call: Option<(Side, String)>,
    /// It takes what the last arrow brought.
    pub(super) takes: bool,
    /// What goes across.
    pub(super) arrow: Option<Arrow>,
}

/// What goes across.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) to: Side,
    pub(super) label: String,
    pub(super) bytes: Option<u64>,
    /// It is no bytes of the program's: the kernels say it to each other.
    pub(super) kernel: bool,
}

/// The rows of a sequence.
pub(super) fn rows(sequence: &Sequence) -> Vec<Row> {
    let alone = sequence.client.is_none() || sequence.server.is_none();
    let (mut rows, mut last): (Vec<Row>, Option<u64>) = (Vec::new(), None);
    for call in &sequence.calls {
        let pause = last.map(|last| call.at.saturating_sub(last)).filter(|pause| *pause >= PAUSE);
        last = Some(call.at);
        let first = rows.len();
        match (call.sends, call.takes) {
            (Some(signal), _) => rows.extend(sent(call, signal)),
            (None, Some(signal)) if alone => rows.extend(taken(call, signal)),
            _ => rows.push(row(call, None)),
        }
        if let Some(row) = rows.get_mut(first) {
            row.pause = pause;
        }
    }
    rows
}

fn row(call: &Call, arrow: Option<Arrow>) -> Row {
    let text = format!("{} {}", call.text, call.detail).trim_end().to_owned();
    Row { at: Some(call.at), pause: None, call: Some((call.side, text)), takes: call.takes.is_some(), arrow }
}

/// The call stands where its arrow begins.
fn sent(call: &Call, signal: Signal) -> Vec<Row> {
    let to = other(call.side);
    match signal {
        Signal::Handshake => {
            let [syn, syn_ack, ack] = handshake(call.side);
            vec![row(call, Some(syn)), between(syn_ack), between(ack)]
        }
        signal => vec![row(call, Some(arrow(to, signal, &call.carried)))],
    }
}

/// The other side was not recorded: what it did follows from what came, and the arrow ends where the call stands.
fn taken(call: &Call, signal: Signal) -> Vec<Row> {
    match signal {
        Signal::Handshake => {
            let [syn, syn_ack, ack] = handshake(other(call.side));
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
    Arrow { to, label: label.to_owned(), bytes, kernel: bytes.is_none() }
}

/// What the kernels say to each other while a client connects.
fn handshake(client: Side) -> [Arrow; 3] {
    let server = other(client);
    [("SYN", server), ("SYN, ACK", client), ("ACK", server)].map(|(label, to)| Arrow {
        to,
        label: label.to_owned(),
        bytes: None,
        kernel: true,
    })
}

fn between(arrow: Arrow) -> Row {
    Row { at: None, pause: None, call: None, takes: false, arrow: Some(arrow) }
}

fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

/// A pause in words.
pub(super) fn pause(ns: u64) -> String {
    match ns / 1_000_000 {
        ms @ ..1_000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}

/// What is said of a side: its name, and its recording.
pub(super) fn lane(side: Side, recording: Option<&String>) -> String {
    match recording {
        Some(recording) => format!("{}: {recording}", side.name()),
        None => format!("{}: not recorded", side.name()),
    }
}
