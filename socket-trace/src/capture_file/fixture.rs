//! Builds capture files for tests.

use std::io::Cursor;

use etherparse::PacketBuilder;
use socket_tap::event::{Event, Op, Packet};

use super::byte_order::ByteOrder;
use super::{Capture, Error, Packets};

/// A TCP segment over IPv4, from 10.0.0.1:40000 to 10.0.0.2:80.
pub(super) fn segment(seq: u32, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).tcp(40_000, 80, seq, 502).ack(7);
    let mut bytes = vec![0; builder.size(payload.len())];
    builder.write_to_slice(&mut bytes, payload).unwrap();
    bytes
}

/// Puts an Ethernet header in front of an IP packet, with these VLAN tags.
pub(super) fn ethernet(tags: &[[u8; 4]], packet: &[u8]) -> Vec<u8> {
    let kind: [u8; 2] = if packet[0] >> 4 == 4 { [8, 0] } else { [0x86, 0xdd] };
    [[0; 12].as_slice(), &tags.concat(), &kind, packet].concat()
}

/// Writes numbers in a byte order.
#[derive(Clone, Copy)]
pub(super) struct Writer(pub(super) ByteOrder);

impl Writer {
    fn u16(self, number: u16) -> [u8; 2] {
        if self.0 == ByteOrder::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn u32(self, number: u32) -> [u8; 4] {
        if self.0 == ByteOrder::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    fn u32s(self, numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| self.u32(*number)).collect()
    }

    /// The header of a pcap file.
    pub(super) fn pcap(self, magic: u32, link: u32) -> Vec<u8> {
        [self.u32s(&[magic]), self.u16(2).to_vec(), self.u16(4).to_vec(), self.u32s(&[0, 0, 65_535, link])]
            .concat()
    }

    /// A record of a pcap file. `length` is that on the network.
    pub(super) fn record(self, (seconds, fraction): (u32, u32), bytes: &[u8], length: usize) -> Vec<u8> {
        let lengths = [bytes.len(), length].map(|length| u32::try_from(length).unwrap());
        [self.u32s(&[seconds, fraction, lengths[0], lengths[1]]), bytes.to_vec()].concat()
    }

    /// A pcapng block.
    pub(super) fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = [body, &vec![0; body.len().next_multiple_of(4) - body.len()]].concat();
        let length = u32::try_from(padded.len() + 12).unwrap();
        [self.u32s(&[kind, length]), padded, self.u32s(&[length])].concat()
    }

    pub(super) fn section(self) -> Vec<u8> {
        let version = [self.u16(1), self.u16(0)].concat();
        let program = self.option(4, b"dumpcap 4");
        self.block(0x0a0d_0d0a, &[self.u32s(&[0x1a2b_3c4d]), version, vec![0xff; 8], program].concat())
    }

    pub(super) fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap();
        let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
        [self.u16(code).to_vec(), self.u16(length).to_vec(), value.to_vec(), padding].concat()
    }

    pub(super) fn u64(self, number: u64) -> Vec<u8> {
        if self.0 == ByteOrder::Little {
            number.to_le_bytes().to_vec()
        } else {
            number.to_be_bytes().to_vec()
        }
    }

    pub(super) fn interface(self, link: u16, snap_length: u32, options: &[u8]) -> Vec<u8> {
        let head = [self.u16(link), self.u16(0)].concat();
        self.block(1, &[head, self.u32(snap_length).to_vec(), options.to_vec()].concat())
    }

    /// An enhanced packet block.
    pub(super) fn packet(self, interface: u32, ticks: u64, bytes: &[u8], options: &[u8]) -> Vec<u8> {
        let length = u32::try_from(bytes.len()).unwrap();
        let fields = self.u32s(&[interface, (ticks >> 32) as u32, ticks as u32, length, length]);
        let padding = vec![0; bytes.len().next_multiple_of(4) - bytes.len()];
        self.block(6, &[fields, bytes.to_vec(), padding, options.to_vec()].concat())
    }

    /// A packet block of the obsolete kind, before which packets were dropped.
    pub(super) fn obsolete_packet(self, ticks: u64, dropped: u16, bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(bytes.len()).unwrap();
        let head = [self.u16(0), self.u16(dropped)].concat();
        let fields = self.u32s(&[(ticks >> 32) as u32, ticks as u32, length, length]);
        self.block(2, &[head, fields, bytes.to_vec()].concat())
    }

    pub(super) fn simple_packet(self, length: u32, bytes: &[u8]) -> Vec<u8> {
        self.block(3, &[self.u32(length).to_vec(), bytes.to_vec()].concat())
    }
}

pub(super) fn packets(file: &[u8]) -> Result<Packets, Error> {
    Packets::of(Capture::read("shop.pcap", Box::new(Cursor::new(file.to_vec())))?, usize::MAX)
}

/// Returns all events of a file, and the error that ends them.
pub(super) fn events(file: &[u8]) -> (Vec<Event>, Option<Error>) {
    let mut packets = match packets(file) {
        Ok(packets) => packets,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut events = Vec::new();
    loop {
        match packets.next_event() {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, None),
            Err(error) => return (events, Some(error)),
        }
    }
}

/// Returns the events of a file that can be read to its end.
pub(super) fn all_events(file: &[u8]) -> Vec<Event> {
    let (events, error) = events(file);
    assert!(error.is_none(), "{}", error.unwrap());
    events
}

pub(super) fn packet(event: &Event) -> &Packet {
    match &event.op {
        Op::Packet(packet) => packet,
        other => panic!("{other:?}"),
    }
}

/// Returns the sequence numbers of the packets.
pub(super) fn numbers(events: &[Event]) -> Vec<u32> {
    events.iter().map(|event| packet(event).segment.as_ref().unwrap().seq).collect()
}
