use super::super::pair::Pair;
use super::*;
use socket_dissect::{Class, Layer};

/// Number of bytes that AES-GCM adds to a record in TLS 1.3.
const AEAD: Option<Expansion> = Some(Expansion { before: 0, after: 17 });

/// Returns the dissected parts of a TLS record that contains `data` bytes.
fn record(data: u64) -> [Part; 2] {
    let header = part("application_data", Class::Tls, 5);
    [
        Part { ends: false, ..header.clone() },
        Part { begins: false, class: Class::Payload, bytes: data + 17, ..header },
    ]
}

fn part(name: &'static str, class: Class, bytes: u64) -> Part {
    let text = String::new();
    Part {
        bytes,
        class,
        layer: Layer::Tls,
        name,
        text,
        unit: 0,
        begins: true,
        ends: true,
        call: None,
        stream: None,
        fields: Default::default(),
        violation: None,
        is_http10: false,
        goaway: None,
        content: None,
    }
}

/// Adds a read or write of encrypted bytes. It carries one TLS record for each element of `data`, the number
/// of data bytes in the record.
fn below(records: &mut Records, at: u64, data: &[u64]) {
    let parts: Vec<Part> = data.iter().flat_map(|data| record(*data)).collect();
    records.add_below(at, parts.iter().map(|part| part.bytes).sum(), &parts, AEAD);
}

/// Formats each pair as `0-45: 45 at 1`: the range of the decrypted data, the number of data bytes in each
/// record, and the times of the reads or writes that carried the records. A `~` marks a pair that is not
/// exact.
fn lines(records: Records) -> Vec<String> {
    let line = |pair: &Pair| {
        let lengths: Vec<String> = pair
            .records
            .iter()
            .map(|record| record.length().map_or("?".to_owned(), |length| length.to_string()))
            .collect();
        let times: Vec<String> = pair.transfers.iter().map(|transfer| transfer.at.to_string()).collect();
        let rough = if pair.is_exact { "" } else { "~" };
        format!("{rough}{}-{}: {} at {}", pair.from, pair.to, lengths.join(" "), times.join(" "))
    };
    records.pairs().iter().map(line).collect()
}

#[test]
fn tls_record_may_precede_or_follow_its_plaintext() {
    let expected = ["0-45: 45 at 1", "45-40045: 16384 16384 7232 at 2"];
    let (mut before, mut after) = (Records::default(), Records::default());
    for (at, data, length) in [(1, &[45][..], 45), (2, &[16_384, 16_384, 7_232], 40_000)] {
        below(&mut before, at, data);
        before.add_above(length);
        after.add_above(length);
        below(&mut after, at, data);
    }
    assert_eq!(lines(before), expected);
    assert_eq!(lines(after), expected);
}

#[test]
fn tls_handshake_records_are_not_paired_with_plaintext() {
    let mut records = Records::default();
    // The client's `Finished` precedes its first request, and a session ticket precedes the next response.
    below(&mut records, 1, &[52, 45]);
    records.add_above(45);
    below(&mut records, 2, &[60]);
    below(&mut records, 3, &[100, 2]);
    records.add_above(100);
    assert_eq!(lines(records), ["0-45: 45 at 1", "45-145: 100 at 3"]);
}

#[test]
fn tls_records_before_first_plaintext_are_skipped() {
    let mut records = Records::default();
    below(&mut records, 1, &[45]);
    records.begin_writing();
    records.add_above(45);
    below(&mut records, 2, &[45]);
    assert_eq!(lines(records), ["0-45: 45 at 2"]);
}

#[test]
fn tls_record_received_in_fragments_lists_all_reads() {
    let mut records = Records::default();
    let [header, fragment] = record(100);
    let (first, last) = (Part { bytes: 60, ends: false, ..fragment.clone() }, Part { bytes: 57, ..fragment });
    records.add_below(1, 5, &[header], AEAD);
    records.add_below(2, 60, &[first], AEAD);
    records.add_below(3, 57, &[last], AEAD);
    // Two smaller reads above TLS fill the record.
    records.add_above(30);
    records.add_above(70);
    let [pair] = &records.pairs()[..] else { panic!("one pair") };
    assert_eq!((pair.from, pair.to, pair.is_exact), (0, 100, true));
    let placed: Vec<(u64, u64, u64)> =
        pair.placed_transfers().into_iter().map(|(transfer, from, to)| (transfer.at, from, to)).collect();
    assert_eq!(placed, [(2, 0, 60), (3, 60, 100)], "record header and tag hold no data");
}

#[test]
fn written_plaintext_is_paired_with_later_tls_records() {
    let mut records = Records::default();
    // The socket accepted one record before the write returned.
    below(&mut records, 1, &[16_384]);
    records.add_above(40_000);
    below(&mut records, 2, &[16_384, 7_232]);
    assert_eq!(lines(records), ["0-40000: 16384 16384 7232 at 1 2"]);
}

#[test]
fn padded_tls_records_pair_with_plaintext_in_order() {
    let mut padded = Records::default();
    below(&mut padded, 1, &[64]);
    padded.add_above(45);
    below(&mut padded, 2, &[64, 64]);
    padded.add_above(70);
    assert_eq!(lines(padded), ["~0-45: 64 at 1", "~45-115: 64 64 at 2"]);
    let mut unknown = Records::default();
    unknown.add_below(1, 67, &record(45), None);
    unknown.add_above(45);
    assert_eq!(lines(unknown), ["~0-45: ? at 1"]);
}

#[test]
fn tls_records_shorter_than_plaintext_are_not_paired() {
    let mut records = Records::default();
    below(&mut records, 1, &[10]);
    records.add_above(45);
    assert_eq!(lines(records), [""; 0]);
    let mut records = Records::default();
    (0..10_000).for_each(|_| records.add_above(7));
    below(&mut records, 1, &[9]);
    assert!(records.ends.len() <= MAX_WAITING && records.pairs.is_empty());
}

#[test]
fn number_of_stored_tls_records_is_bounded() {
    let mut records = Records::default();
    for at in 0..2_000 {
        below(&mut records, at, &[1, 2, 3]);
        records.keep(false);
    }
    assert!(records.records.len() <= MAX_WAITING && records.transfers.len() <= MAX_WAITING + 2);
    let [header, _] = record(1);
    let byte = |begins| [Part { bytes: 1, ends: false, begins, ..header.clone() }];
    (0..9_000).for_each(|at| records.add_below(at, 1, &byte(at == 0), AEAD));
    assert!(records.transfers.len() <= MAX_TRANSFERS + 1);
    let mut records = Records::default();
    for at in 0..2_000 {
        below(&mut records, at, &[5]);
        records.add_above(5);
        records.keep(at > 1_000);
    }
    let pairs = records.pairs();
    assert_eq!((pairs.len(), pairs[0].from), (MAX_PAIRS, 5 * (1_001 - MAX_BEFORE as u64)));
}

#[test]
fn alerts_and_huge_tls_records_do_not_panic() {
    let mut records = Records::default();
    records.add_below(1, 31, &[part("alert", Class::Tls, 31)], AEAD);
    let [header, fragment] = record(1);
    let huge = Part { bytes: u64::MAX, ..fragment };
    records.add_below(2, u64::MAX, &[header.clone(), huge], AEAD);
    records.add_below(3, u64::MAX, &[Part { ends: true, ..header }], AEAD);
    records.add_above(u64::MAX);
    records.add_above(u64::MAX);
    let _ = lines(records);
}
