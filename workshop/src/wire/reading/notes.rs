//! Explains rows of a call: which packet made which socket call return.
//!
//! A packet made a call return if it is the first that the call waits for, and it arrived before the call returned.

use socket_tap::event::{Op, TcpFlags};
use socket_tap::format::Side;

use super::recording::{SeenPacket, SocketCall};
use super::rows::{CONNECTED, EOF, Lane, Note, Row};

/// Evidence about one connection, from the recording and the kernel.
pub(super) struct Evidence<'a> {
    pub(super) packets: &'a [&'a SeenPacket],
    pub(super) calls: &'a [&'a SocketCall],
    /// Time of the first row.
    pub(super) zero: u64,
    /// The side that is left in TIME_WAIT.
    pub(super) side: Option<Side>,
}

/// Returns the notes, and writes their numbers into the rows that they explain.
pub(super) fn add(rows: &mut [Row], evidence: &Evidence<'_>) -> Vec<Note> {
    let mut notes: Vec<(usize, Note)> = Vec::new();
    let mut note = |row: Option<usize>, code: &'static str, text: String| {
        notes.extend(row.map(|row| (row, Note { code, text })));
    };
    if evidence.made_connect_return() {
        let text =
            "The SYN ACK made connect return. The server's kernel sent it: its program has not accepted yet.";
        note(row(rows, Lane::Client, CONNECTED), "connect", text.to_owned());
    }
    if let Some(payload) = evidence.made_accept_possible() {
        let carrier = if payload > 0 {
            format!(
                "The first segment with the client's ACK made accept possible. It carried {payload} B, too."
            )
        } else {
            "The client's ACK, the third segment of the handshake, made accept possible.".to_owned()
        };
        note(row(rows, Lane::Server, "accept"), "accept", carrier);
    }
    for side in [Side::Server, Side::Client] {
        if evidence.fin_made_read_return(side) {
            let (lane, peer) =
                if side == Side::Server { (Lane::Server, "client") } else { (Lane::Client, "server") };
            let text = format!("The FIN of the {peer} made read return 0: the {peer} has finished sending.");
            note(row(rows, lane, EOF), "eof", text);
        }
    }
    if let Some(side) = evidence.side {
        let first = evidence.first_fin();
        let because = match first {
            Some(first) if first == side => ", because its FIN was the first",
            _ => "",
        };
        let text = format!(
            "The {} is left in TIME_WAIT{because}: its kernel keeps the addresses for a minute, in case the last ACK \
             is lost. No program has the socket any more.",
            side.name()
        );
        let lane = if side == Side::Server { Lane::Server } else { Lane::Client };
        note(row(rows, lane, "close"), "time_wait", text);
    }
    notes.sort_by_key(|(row, _)| *row);
    for (number, (row, _)) in (1..).zip(&notes) {
        if let Some(row) = rows.get_mut(*row) {
            row.note = Some(number);
        }
    }
    notes.into_iter().map(|(_, note)| note).collect()
}

/// Returns the position of the first row with this text.
fn row(rows: &[Row], lane: Lane, text: &str) -> Option<usize> {
    rows.iter().position(|row| row.lane == lane && row.text == text)
}

impl Evidence<'_> {
    fn arrival(&self, to_server: bool, is_wanted: impl Fn(&SeenPacket) -> bool) -> Option<&SeenPacket> {
        let arrived = self.packets.iter().filter(|packet| packet.to_server == to_server && is_wanted(packet));
        arrived.filter(|packet| packet.arrived.is_some()).min_by_key(|packet| packet.arrived).copied()
    }

    fn made_connect_return(&self) -> bool {
        let syn_ack = self.arrival(false, |packet| has(packet, TcpFlags::SYN | TcpFlags::ACK));
        let connect = self.calls.iter().find(|call| matches!(call.op, Op::Connect { .. }));
        syn_ack
            .zip(connect)
            .is_some_and(|(packet, call)| packet.arrived.is_some_and(|time| time <= call.returned))
    }

    /// Returns the payload of the packet that finished the handshake for the server.
    fn made_accept_possible(&self) -> Option<u64> {
        let ack = self.arrival(true, |packet| has(packet, TcpFlags::ACK) && !has(packet, TcpFlags::SYN))?;
        let accept = self.calls.iter().find(|call| matches!(call.op, Op::Accept { .. }))?;
        (ack.arrived? <= accept.at).then_some(ack.payload)
    }

    fn fin_made_read_return(&self, side: Side) -> bool {
        let fin = self.arrival(side == Side::Server, |packet| has(packet, TcpFlags::FIN));
        let mut reads = self.calls.iter().filter(|call| call.side == side);
        let read = reads.find(|call| matches!(&call.op, Op::Read(read) if read.eof));
        fin.zip(read).is_some_and(|(packet, call)| packet.arrived.is_some_and(|time| time <= call.at))
    }

    /// Returns the side that sent the first FIN.
    fn first_fin(&self) -> Option<Side> {
        let fin =
            self.packets.iter().find(|packet| has(packet, TcpFlags::FIN) && packet.sent >= self.zero)?;
        Some(if fin.to_server { Side::Client } else { Side::Server })
    }
}

fn has(packet: &SeenPacket, flags: TcpFlags) -> bool {
    packet.segment.as_ref().is_some_and(|segment| segment.flags.contains(flags))
}
