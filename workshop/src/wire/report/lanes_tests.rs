use super::*;
use crate::wire::reading::rows::Note;

const MS: u64 = 1_000_000;

fn row(at_ns: u64, lane: Lane, text: &str) -> Row {
    Row {
        at_ns,
        lane,
        text: text.to_owned(),
        to: None,
        arrives_ns: None,
        is_dropped: false,
        is_retransmission: false,
        packet: None,
        repeats: None,
        note: None,
    }
}

fn packet(number: u64, at_ns: u64, to: &'static str, text: &str) -> Row {
    Row {
        packet: Some(number),
        to: Some(to),
        arrives_ns: Some(at_ns + 20 * MS),
        ..row(at_ns, Lane::Wire, text)
    }
}

/// A connection whose second packet is lost.
fn call() -> OneCall {
    let syn_ack = |number, at_ns| packet(number, at_ns, "client", "SYN ACK seq 0 ack 1");
    let rows = vec![
        row(0, Lane::Client, "connect"),
        packet(1, MS / 10, "server", "SYN seq 0"),
        Row { arrives_ns: None, is_dropped: true, ..syn_ack(2, 20 * MS) },
        Row { repeats: Some(2), is_retransmission: true, ..syn_ack(3, 1_020 * MS) },
        Row { note: Some(1), ..row(1_040 * MS, Lane::Client, "connect returns") },
        packet(4, 1_041 * MS, "server", "ACK seq 1 ack 1"),
        row(1_061 * MS, Lane::Server, "accept"),
    ];
    let text = "connect returns when the SYN ACK arrives, one round trip after the SYN; the first SYN ACK was lost, so \
                the server sent it again after one second.";
    OneCall { rows, notes: vec![Note { code: "connect", text: text.to_owned() }], time_wait: None }
}

#[test]
fn lanes_fill_the_terminal() {
    for width in [80, 120, 160] {
        let drawn = lanes(&call(), Style::new(false, width));
        let longest = drawn.lines().map(|line| line.chars().count()).max();
        assert_eq!(longest, Some(width), "{drawn}");
        insta::assert_snapshot!(format!("lanes_of_{width}_columns"), drawn);
    }
}

#[test]
fn retransmission_names_the_packet_that_it_repeats() {
    let drawn = lanes(&call(), Style::new(false, 80));
    let again = drawn.lines().find(|line| line.contains("again")).unwrap();
    assert!(again.contains(" 3 again 2: SYN ACK "), "{again}");
}

#[test]
fn lanes_need_80_columns() {
    assert_eq!(lanes(&call(), Style::new(false, 40)), lanes(&call(), Style::new(false, 80)));
}
