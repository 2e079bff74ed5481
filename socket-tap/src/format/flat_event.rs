//! Conversion of an event to one flat JSON object, which `jq`, `DuckDB` and pandas read without
//! configuration.

mod packet;
mod read;

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::lines::{EndedByField, TcpField};
use super::{InvalidJson, LineError, transfer};
use crate::close::Close;
use crate::event::{Addr, Datagram, Event, Gap, Op, SockId};

type Text<'a> = Option<Cow<'a, str>>;

/// The fields of all kinds of events, in the order in which they are written to a line.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FlatEvent<'a> {
    t: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sock: Option<u64>,
    #[serde(borrow)]
    op: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fd: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Text<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    local: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    began: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backlog: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ack: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mss: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_scale: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sack_permitted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sack: Option<Vec<(u32, u32)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamps: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slices: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eof: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fate: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrived: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retransmission: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<EndedByField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aborted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rx: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    writes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payloads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<TcpField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errno: Option<i32>,
}

/// Parses a line that contains an event.
pub(super) fn parse(line: &str) -> Result<Event, LineError> {
    transfer::parse(line).map_or_else(|| parse_with_serde(line), Ok)
}

pub(super) fn parse_with_serde(line: &str) -> Result<Event, LineError> {
    serde_json::from_str::<FlatEvent<'_>>(line).map_err(InvalidJson)?.into_event()
}

impl<'a> From<&'a Event> for FlatEvent<'a> {
    fn from(event: &'a Event) -> Self {
        let mut flat_event = FlatEvent {
            t: Some(event.t),
            sock: event.sock.map(SockId::get),
            op: text(event.op.name()),
            error: event.error.as_ref().and_then(|failure| text(&failure.reason)),
            errno: event.error.as_ref().and_then(|failure| failure.errno),
            ..FlatEvent::default()
        };
        flat_event.set_op(&event.op);
        if flat_event.error.is_some() {
            // A failed transfer has no bytes. `"bytes":0` would look like an end of stream.
            flat_event.bytes = None;
        }
        flat_event
    }
}

impl<'a> FlatEvent<'a> {
    fn set_op(&mut self, op: &'a Op) {
        match op {
            Op::Socket { fd, domain, kind } => {
                (self.fd, self.domain, self.kind) = (*fd, text(domain.as_str()), text(kind.as_str()));
            }
            Op::Option { name, value } => (self.name, self.value) = (text(name), Some(*value)),
            Op::Bind { local } => self.local = address(local.as_ref()),
            Op::Listen { backlog } => self.backlog = Some(*backlog),
            Op::Accept { on, fd, local, peer } => {
                (self.on, self.fd) = (Some(on.get()), *fd);
                (self.local, self.peer) = (address(local.as_ref()), address(peer.as_ref()));
            }
            Op::Connect { local, peer, began } => {
                (self.local, self.peer) = (address(local.as_ref()), address(peer.as_ref()));
                self.began = *began;
            }
            Op::Adopt { fd, domain, kind, on, local, peer } => {
                (self.on, self.fd) = (on.map(SockId::get), *fd);
                (self.domain, self.kind) = (text(domain.as_str()), text(kind.as_str()));
                (self.local, self.peer) = (address(local.as_ref()), address(peer.as_ref()));
            }
            Op::SendTo(datagram) | Op::RecvFrom(datagram) => self.set_datagram(datagram),
            Op::Read(transfer) | Op::Write(transfer) => {
                (self.bytes, self.slices) = (Some(transfer.bytes), transfer.slices);
                self.eof = transfer.eof.then_some(true);
                self.data = transfer.data.as_ref().map(|data| STANDARD.encode(data).into());
            }
            Op::Shutdown => self.how = text("write"),
            Op::Close(close) | Op::Release(close) => self.set_close(close),
            Op::Mark { label } => self.label = text(label),
            Op::Gap(gap) => self.set_gap(gap),
            Op::Packet(packet) => self.set_packet(packet),
            Op::Unknown { .. } => {}
        }
    }

    fn set_gap(&mut self, gap: &Gap) {
        let unless_none = |count: u64| (count > 0).then_some(count);
        (self.reads, self.writes, self.payloads) = (Some(gap.reads), Some(gap.writes), Some(gap.payloads));
        (self.rx, self.tx) = (unless_none(gap.rx), unless_none(gap.tx));
        (self.others, self.connections) = (unless_none(gap.others), unless_none(gap.connections));
    }

    fn set_datagram(&mut self, datagram: &'a Datagram) {
        (self.bytes, self.length) = (Some(datagram.bytes), datagram.length);
        self.peer = address(datagram.peer.as_ref());
        self.truncated = datagram.truncated.then_some(true);
        self.data = datagram.data.as_ref().map(|data| STANDARD.encode(data).into());
    }

    fn set_close(&mut self, close: &Close) {
        (self.ended_by, self.errno) = (close.ended_by.map(EndedByField), close.errno);
        self.aborted = close.aborted.then_some(true);
        if close.ended_by.is_some() || !close.totals.is_empty() {
            let totals = close.totals;
            (self.rx, self.tx) = (Some(totals.rx), Some(totals.tx));
            (self.reads, self.writes) = (Some(totals.reads), Some(totals.writes));
        }
        self.tcp = close.tcp.clone().map(TcpField);
    }
}

fn text(value: &str) -> Text<'_> {
    Some(Cow::Borrowed(value))
}

fn address(address: Option<&Addr>) -> Text<'static> {
    address.map(|address| address.to_string().into())
}

#[cfg(test)]
#[path = "flat_event_tests.rs"]
mod tests;
