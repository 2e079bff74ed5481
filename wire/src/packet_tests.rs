use etherparse::{PacketBuilder, TcpOptionElement};
use socket_tap::event::TcpFlags;

use super::*;

const CLIENT: [u8; 4] = [10, 77, 0, 1];
const SERVER: [u8; 4] = [10, 77, 0, 2];

fn syn() -> Vec<u8> {
    let options = [
        TcpOptionElement::MaximumSegmentSize(1_460),
        TcpOptionElement::SelectiveAcknowledgementPermitted,
        TcpOptionElement::Timestamp(7, 0),
        TcpOptionElement::Noop,
        TcpOptionElement::WindowScale(7),
    ];
    let builder = PacketBuilder::ipv4(CLIENT, SERVER, 64).tcp(40_000, 3_000, 99, 64_240).syn();
    let mut bytes = Vec::new();
    builder.options(&options).unwrap().write(&mut bytes, &[]).unwrap();
    bytes
}

#[test]
fn syn_has_its_options() {
    let packet = Packet::parse(&syn()).unwrap();
    let tcp = packet.tcp().unwrap();
    assert_eq!((tcp.segment.flags, tcp.segment.seq, tcp.segment.ack), (TcpFlags::SYN, 99, None));
    assert_eq!((tcp.segment.mss, tcp.segment.window_scale), (Some(1_460), Some(7)));
    assert_eq!((tcp.segment.sack_permitted, tcp.segment.timestamps), (true, Some((7, 0))));
    assert_eq!((tcp.segment.window, tcp.payload, tcp.sequence_length()), (64_240, 0, 1));
    assert_eq!(packet.sockets().unwrap().1, "10.77.0.2:3000".parse().unwrap());
}

#[test]
fn selective_acknowledgments_are_listed() {
    let options = [TcpOptionElement::SelectiveAcknowledgement((10, 20), [Some((30, 40)), None, None])];
    let builder = PacketBuilder::ipv6([0; 16], [1; 16], 64).tcp(1, 2, 3, 4).ack(5).options(&options).unwrap();
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &[]).unwrap();
    let packet = Packet::parse(&bytes).unwrap();
    assert_eq!(packet.tcp().unwrap().segment.sack, [(10, 20), (30, 40)]);
    assert!(packet.tcp().unwrap().is_only_ack());
}

#[test]
fn datagram_has_ports_and_length() {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(53, 5_353).write(&mut bytes, b"hello").unwrap();
    let packet = Packet::parse(&bytes).unwrap();
    assert_eq!(packet.transport, Transport::Udp(Udp { from_port: 53, to_port: 5_353, payload: 5 }));
}

#[test]
fn icmp_is_shown_by_name() {
    let mut bytes = Vec::new();
    let builder = PacketBuilder::ipv4(CLIENT, SERVER, 64).icmpv4_raw(3, 3, [0; 4]);
    builder.write(&mut bytes, &[0; 28]).unwrap();
    let Transport::Icmp(icmp) = Packet::parse(&bytes).unwrap().transport else { panic!("no ICMP") };
    assert_eq!((icmp.name, icmp.payload), ("port unreachable", 28));
}

#[test]
fn first_fragment_of_a_datagram_has_its_ports() {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(53, 5_353).write(&mut bytes, &[0; 100]).unwrap();
    // The flag "more fragments", and a UDP length that exceeds the fragment.
    bytes[6] |= 0x20;
    bytes[24..26].copy_from_slice(&3_000_u16.to_be_bytes());
    let packet = Packet::parse(&bytes).unwrap();
    assert_eq!(packet.transport, Transport::Udp(Udp { from_port: 53, to_port: 5_353, payload: 100 }));
    // An offset of 8 bytes.
    bytes[7] = 1;
    let packet = Packet::parse(&bytes).unwrap();
    assert_eq!(packet.transport, Transport::Fragment { protocol: 17, payload: 108 });
}

#[test]
fn no_prefix_and_no_changed_byte_panics() {
    let bytes = syn();
    for length in 0..bytes.len() {
        Packet::parse(&bytes[..length]).unwrap_err();
    }
    for position in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[position] = value;
            let _ = Packet::parse(&changed);
        }
    }
}
