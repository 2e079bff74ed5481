use etherparse::{PacketBuilder, TcpOptionElement};

use super::*;

const CLIENT: [u8; 4] = [10, 77, 0, 1];
const SERVER: [u8; 4] = [10, 77, 0, 2];

/// Returns a segment over IPv4 with timestamps and a window scale, and with 100 bytes of payload.
fn segment() -> Vec<u8> {
    let options =
        [TcpOptionElement::Timestamp(7, 8), TcpOptionElement::Noop, TcpOptionElement::WindowScale(7)];
    let builder = PacketBuilder::ipv4(CLIENT, SERVER, 64).tcp(40_000, 3_000, 99, 502).ack(5);
    let mut bytes = Vec::new();
    builder.options(&options).unwrap().write(&mut bytes, &[b'x'; 100]).unwrap();
    bytes
}

fn payload(packet: &Packet) -> usize {
    packet.tcp().unwrap().payload
}

#[test]
fn complete_packet_is_read_as_by_parse() {
    let bytes = segment();
    assert_eq!(Packet::parse_captured(&bytes, bytes.len()), Packet::parse(&bytes));
    let padded = [bytes.as_slice(), &[0; 9]].concat();
    assert_eq!(Packet::parse_captured(&padded, padded.len()), Packet::parse(&bytes));
}

#[test]
fn cut_packet_has_the_length_on_the_network() {
    let bytes = segment();
    let packet = Packet::parse_captured(&bytes[..60], bytes.len()).unwrap();
    assert_eq!((packet.length, payload(&packet)), (bytes.len(), 100));
    assert_eq!(packet, Packet::parse(&bytes).unwrap());
}

#[test]
fn cut_options_are_absent() {
    let bytes = segment();
    let packet = Packet::parse_captured(&bytes[..50], bytes.len()).unwrap();
    let segment = &packet.tcp().unwrap().segment;
    assert_eq!((segment.seq, segment.ack, segment.window), (99, Some(5), 502));
    assert_eq!((segment.timestamps, segment.window_scale), (Some((7, 8)), None));
    assert_eq!(payload(&packet), 100);
}

#[test]
fn frame_length_replaces_a_length_of_zero() {
    let mut bytes = segment();
    let length = bytes.len();
    bytes[2..4].fill(0);
    let packet = Packet::parse_captured(&bytes, length).unwrap();
    assert_eq!((packet.length, payload(&packet)), (length, 100));
    let cut = Packet::parse_captured(&bytes[..70], length).unwrap();
    assert_eq!((cut.length, payload(&cut)), (length, 100));
}

#[test]
fn only_the_first_fragment_has_a_header() {
    let mut bytes = segment();
    bytes[6] |= 0x20;
    assert_eq!(payload(&Packet::parse_captured(&bytes, bytes.len()).unwrap()), 100);
    bytes[7] = 1;
    let transport = Packet::parse_captured(&bytes, bytes.len()).unwrap().transport;
    assert_eq!(transport, Transport::Fragment { protocol: 6, payload: bytes.len() - 20 });
}

#[test]
fn no_prefix_and_no_changed_byte_panics() {
    let bytes = segment();
    for length in 0..bytes.len() {
        let parsed = Packet::parse_captured(&bytes[..length], bytes.len());
        // 20 bytes of the IP header, and 20 of the TCP header.
        assert_eq!(parsed.is_ok(), length >= 40, "{length}");
    }
    for position in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[position] = value;
            let _ = Packet::parse_captured(&changed, 0);
            let _ = Packet::parse_captured(&changed[..45], 9_000);
        }
    }
}
