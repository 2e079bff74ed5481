use super::*;
use crate::Records;

fn journal(capacity: usize) -> (Journal, Records) {
    let (sender, records) = Records::new(capacity);
    (Journal::new(Some(sender)), records)
}

/// Adds a packet that was sent at the time `sent`.
fn add(journal: &mut Journal, sent: u64) -> u64 {
    journal.add(NewEntry {
        direction: Direction::ToServer,
        index: sent,
        sent,
        is_retransmission: false,
        packet: Packet::parse(b"no packet"),
        bytes: b"no packet",
    })
}

fn flight(serial: u64, is_copy: bool) -> Flight {
    Flight { due: 100, serial, is_copy, overtaken_by: 0 }
}

/// Returns the records that are there.
fn emitted(records: &mut Records) -> Vec<(u64, Fate)> {
    let mut emitted = Vec::new();
    while !records.is_empty() {
        emitted.extend(records.next().map(|record| (record.sent, record.fate)));
    }
    emitted
}

#[test]
fn records_wait_for_the_fate_of_earlier_packets() {
    let (mut journal, mut records) = journal(10);
    let [slow, lost, fast] = [1, 2, 3].map(|sent| add(&mut journal, sent));
    journal.launch(slow, 100, false);
    journal.drop(lost, DropReason::Loss);
    journal.launch(fast, 50, false);
    journal.land(flight(fast, false), Some(50));
    assert_eq!(emitted(&mut records), []);
    journal.land(flight(slow, false), Some(101));
    let expected = [(1, Fate::Delivered), (2, Fate::Dropped(DropReason::Loss)), (3, Fate::Delivered)];
    assert_eq!(emitted(&mut records), expected);
}

#[test]
fn duplicated_packet_has_two_records() {
    let (mut journal, mut records) = journal(10);
    let serial = add(&mut journal, 1);
    journal.launch(serial, 100, true);
    journal.land(flight(serial, false), Some(100));
    assert_eq!(emitted(&mut records), []);
    journal.land(flight(serial, true), Some(101));
    assert_eq!(emitted(&mut records), [(1, Fate::Delivered), (1, Fate::Duplicated)]);
}

#[test]
fn packets_in_flight_at_the_end_are_undelivered() {
    let (mut journal, mut records) = journal(10);
    let serial = add(&mut journal, 1);
    journal.launch(serial, 100, true);
    journal.land(flight(serial, false), Some(100));
    journal.finish();
    assert_eq!(emitted(&mut records), [(1, Fate::Delivered), (1, Fate::Undelivered)]);
}

#[test]
fn refused_packet_is_dropped() {
    let (mut journal, mut records) = journal(10);
    let serial = add(&mut journal, 1);
    journal.launch(serial, 100, false);
    journal.land(flight(serial, false), None);
    assert_eq!(emitted(&mut records), [(1, Fate::Dropped(DropReason::Rejected))]);
}

#[test]
fn omitted_records_are_counted_in_the_next_one() {
    let (mut journal, mut records) = journal(1);
    for sent in 1..=4 {
        let serial = add(&mut journal, sent);
        journal.drop(serial, DropReason::Loss);
    }
    assert_eq!(records.next().unwrap().omitted_before, 0);
    let serial = add(&mut journal, 5);
    journal.drop(serial, DropReason::Loss);
    let record = records.next().unwrap();
    assert_eq!((record.sent, record.omitted_before, records.omitted()), (5, 3, 3));
}

#[test]
fn buffers_of_unrecorded_packets_are_reused() {
    let mut journal = Journal::new(None);
    let serial = add(&mut journal, 1);
    journal.drop(serial, DropReason::Loss);
    assert_eq!(journal.buffers.len(), 1);
    add(&mut journal, 2);
    assert_eq!((journal.buffers.len(), journal.entries.len()), (0, 1));
}
