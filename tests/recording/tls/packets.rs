//! Writes the packets that a network could have carried between the two ends of a recorded connection.

use std::path::Path;

use socket_tap::event::{Addr, Event, Op, Packet, Protocol, Segment, SockId, TcpFlags};
use socket_tap::format::{Header, Side, TraceWriter};
use socket_trace::reader::Trace;

/// Maximum number of payload bytes of a packet.
const PAYLOAD: u64 = 1_448;

/// The connection of a recording, and what was written to it: the time of each write and its bytes.
struct Writes {
    sock: Option<SockId>,
    local: Option<Addr>,
    peer: Option<Addr>,
    began: u64,
    writes: Vec<(u64, u64)>,
}

/// Writes a recording of the packets: the handshake, and the bytes of each write in segments.
pub(super) fn write(to: &Path, client: &Path, server: &Path) {
    let (client, server) = (Writes::read(client), Writes::read(server));
    let (start, began) = (client.began, client.began);
    let [from, peer] = [client.local.clone().unwrap(), client.peer.clone().unwrap()];
    let packet = |to_server: bool, segment: Segment| {
        let (from, to) = if to_server { (&from, &peer) } else { (&peer, &from) };
        Packet::new(from.clone(), to.clone(), Protocol::Tcp).with_segment(segment)
    };
    let syn = packet(true, Segment::new(TcpFlags::SYN, 0));
    let syn_ack = packet(false, Segment::new(TcpFlags::SYN, 0).with_ack(1));
    let mut packets = vec![(start, syn), (start, syn_ack)];
    for (to_server, end) in [(true, &client), (false, &server)] {
        let mut seq = 1;
        for (at, bytes) in &end.writes {
            let mut left = *bytes;
            while left > 0 {
                let length = left.min(PAYLOAD);
                let segment = Segment::new(TcpFlags::PSH, seq).with_ack(1);
                packets.push((*at, packet(to_server, segment).with_bytes(length)));
                (seq, left) = (seq + u32::try_from(length).unwrap(), left - length);
            }
        }
    }
    packets.sort_by_key(|(at, _)| *at);
    let mut header = Header::new("tls", Side::Wire);
    header.monotonic_ns = began;
    let mut trace = TraceWriter::create(to, &header).unwrap();
    for (at, packet) in packets {
        trace.write(&Event::new(at - began, None, Op::Packet(Box::new(packet)))).unwrap();
    }
    trace.finish().unwrap();
}

impl Writes {
    fn read(path: &Path) -> Self {
        let mut trace = Trace::open(path).unwrap();
        let began = trace.header().monotonic_ns;
        let mut all = Self { sock: None, local: None, peer: None, began, writes: Vec::new() };
        while let Some(event) = trace.next_event().unwrap() {
            match event.op {
                Op::Accept { local, peer, .. } | Op::Connect { local, peer, .. } => {
                    (all.sock, all.local, all.peer) = (event.sock, local, peer);
                }
                Op::Write(transfer) if event.sock == all.sock => {
                    all.writes.push((began + event.t, transfer.bytes));
                }
                _ => {}
            }
        }
        all
    }
}
