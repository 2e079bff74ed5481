//! One call packet by packet: the socket calls of both ends, and the packets between them.

use serde::Serialize;
use socket_tap::event::{Op, Segment, TcpFlags};
use socket_tap::format::Side;

use super::notes;
use super::recording::{SeenPacket, SocketCall, StepRecording};
use super::rows::{CONNECTED, EOF, Lane, Note, Row};
use crate::wire::lab::time_wait::TimeWait;

/// The socket calls and packets of one connection, in the order of time.
#[derive(Clone, Debug, Serialize)]
pub struct OneCall {
    /// Rows in the order of time.
    pub rows: Vec<Row>,
    /// Explanations of rows.
    pub notes: Vec<Note>,
    /// The side that the connection left in TIME_WAIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_wait: Option<&'static str>,
}

impl OneCall {
    /// Describes the first connection of a step. `None` if the step has no connection.
    #[must_use]
    pub fn of(recording: &StepRecording, time_wait: &TimeWait) -> Option<Self> {
        let client = recording.packets.first()?.client;
        let packets: Vec<&SeenPacket> =
            recording.packets.iter().filter(|packet| packet.client == client).collect();
        let mut calls: Vec<&SocketCall> =
            recording.calls.iter().filter(|call| call.client == Some(client) && !call.is_error).collect();
        // The socket exists before it has an address.
        let socket = recording
            .calls
            .iter()
            .find(|call| call.side == Side::Client && matches!(call.op, Op::Socket { .. }));
        calls.extend(socket);
        let zero = calls.iter().map(|call| call.at).chain(packets.iter().map(|packet| packet.sent)).min()?;
        let numbers = Numbers::of(&packets);
        let mut rows: Vec<(u64, Row)> = calls.iter().flat_map(|call| call_rows(call, zero)).collect();
        rows.extend(packets.iter().map(|packet| (packet.sent, packet_row(packet, zero, &numbers))));
        rows.sort_by_key(|(at, _)| *at);
        let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
        let side = time_wait.side(client);
        let notes = notes::add(&mut rows, &notes::Evidence { packets: &packets, calls: &calls, zero, side });
        Some(Self { rows, notes, time_wait: side.map(Side::name) })
    }
}

/// Returns the rows of a socket call. A `connect` has two: it begins, and it returns.
fn call_rows(call: &SocketCall, zero: u64) -> Vec<(u64, Row)> {
    let lane = if call.side == Side::Server { Lane::Server } else { Lane::Client };
    let row = |at: u64, text: String| (at, Row::new(at - zero, lane, text));
    let transfer = |verb: &str, bytes: u64| format!("{verb} {bytes} B");
    match &call.op {
        Op::Connect { .. } => {
            vec![row(call.at, "connect".to_owned()), row(call.returned, CONNECTED.to_owned())]
        }
        Op::Read(read) if read.eof => vec![row(call.at, EOF.to_owned())],
        Op::Read(read) => vec![row(call.at, transfer("read", read.bytes))],
        Op::Write(write) => vec![row(call.at, transfer("write", write.bytes))],
        // The options are in the recording; here they would only take rows.
        Op::Option { .. } => Vec::new(),
        op => vec![row(call.at, op.name().to_owned())],
    }
}

fn packet_row(packet: &SeenPacket, zero: u64, numbers: &Numbers) -> Row {
    let mut row = Row::new(packet.sent - zero, Lane::Wire, numbers.describe(packet));
    row.to = Some(if packet.to_server { "server" } else { "client" });
    row.arrives_ns = packet.arrived.map(|time| time.saturating_sub(zero));
    row.is_dropped = packet.dropped.is_some();
    row.is_retransmission = packet.is_retransmission;
    (row.packet, row.repeats) = (packet.number, packet.repeats);
    row
}

/// The initial sequence numbers of both ends. Numbers are shown relative to them, as in Wireshark.
struct Numbers {
    client: u32,
    server: u32,
}

impl Numbers {
    fn of(packets: &[&SeenPacket]) -> Self {
        let initial = |to_server| {
            let segments = packets.iter().filter(|packet| packet.to_server == to_server);
            let mut segments = segments.filter_map(|packet| packet.segment.as_ref());
            segments.find(|segment| segment.flags.contains(TcpFlags::SYN)).map_or(0, |segment| segment.seq)
        };
        Self { client: initial(true), server: initial(false) }
    }

    fn describe(&self, packet: &SeenPacket) -> String {
        let Some(segment) = &packet.segment else { return format!("{} B", packet.payload) };
        let (own, peer) =
            if packet.to_server { (self.client, self.server) } else { (self.server, self.client) };
        let Segment { flags, seq, ack, .. } = segment;
        let mut text = format!("{flags} seq {}", seq.wrapping_sub(own));
        if let Some(ack) = ack {
            text += &format!(" ack {}", ack.wrapping_sub(peer));
        }
        if packet.payload > 0 {
            text += &format!(" {} B", packet.payload);
        }
        text
    }
}
