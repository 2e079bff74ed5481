use std::net::SocketAddr;

use super::super::datagram_info::Truncation;
use super::*;

const CAPACITY: ShardCapacity = ShardCapacity { transfers: 2, lifecycle_events: 4, payload: 4 };

fn read(shard: &mut Shard, raw: u64, bytes: &[u8]) -> bool {
    shard.transfer(
        raw,
        SockId::after(0),
        Direction::Read,
        (bytes.len(), 0),
        Some((3, std::iter::once(bytes))),
    )
}

fn taken(shard: &mut Shard) -> (DrainedRecords, Gap) {
    let (mut out, mut gap) = (DrainedRecords::default(), Gap::default());
    shard.drain_into(&mut out, &mut gap);
    (out, gap)
}

fn emptied(shard: &mut Shard) -> (Vec<Timed<Record>>, Gap) {
    let (out, gap) = taken(shard);
    (out.records, gap)
}

/// Returns the byte count and the captured payload of each read.
fn reads(taken: &DrainedRecords) -> Vec<(u64, Option<&[u8]>)> {
    let read = |timed: &Timed<Record>| match &timed.record {
        Record::Transfer(transfer) => (transfer.bytes, transfer.payload(&taken.payload)),
        other => panic!("{other:?}"),
    };
    taken.records.iter().map(read).collect()
}

#[test]
fn records_awaiting_delivery_keep_their_payload() {
    let capacity = ShardCapacity { transfers: 9, lifecycle_events: 9, payload: 99 };
    let (mut shard, mut gap) = (Shard::new(capacity), Gap::default());
    let (mut pending, mut incoming) = (DrainedRecords::default(), DrainedRecords::default());
    for bytes in [b"abc", b"def", b"ghi"] {
        read(&mut shard, 1, bytes);
    }
    shard.drain_into(&mut pending, &mut gap);
    for bytes in [b"jkl", b"mno"] {
        read(&mut shard, 2, bytes);
    }
    shard.drain_into(&mut incoming, &mut gap);
    pending.discard_and_append(1, &mut incoming);
    let expected: Vec<_> = [b"def", b"ghi", b"jkl", b"mno"].map(|data| (3, Some(&data[..]))).into();
    assert_eq!(reads(&pending), expected);
    assert!(incoming.records.is_empty() && pending.payload.len() == 12);
    pending.discard_and_append(4, &mut incoming);
    assert!(pending.records.is_empty() && pending.payload.is_empty());
}

#[test]
fn shard_without_capacity_for_payload_keeps_the_transfer() {
    let mut shard = Shard::new(CAPACITY);
    assert!(read(&mut shard, 1, b"abcdef"), "half full");
    assert!(!read(&mut shard, 2, b"xy"), "reported before");
    assert!(!read(&mut shard, 3, b"z"));
    let (out, gap) = taken(&mut shard);
    assert_eq!(gap, Gap { reads: 1, rx: 1, payloads: 1, ..Gap::default() });
    assert_eq!(reads(&out), [(6, Some(&b"abc"[..])), (2, None)]);
    assert!(emptied(&mut shard).0.is_empty());
}

fn shutdown(shard: &mut Shard, raw: u64, keep: WhenFull) -> PushOutcome {
    shard.lifecycle_event(raw, Some(SockId::after(0)), (Op::Shutdown, None), (keep, StreamChange::None))
}

#[test]
fn shard_reports_once_that_it_is_half_full() {
    for transfers in 1..10 {
        let mut shard = Shard::new(ShardCapacity { transfers, ..CAPACITY });
        let reported: Vec<usize> = (1..20).filter(|n| read(&mut shard, *n as u64, b"")).collect();
        assert_eq!(reported, [transfers.div_ceil(2)], "capacity for {transfers}");
    }
}

#[test]
fn records_with_equal_clock_readings_keep_order() {
    let mut shard = Shard::new(ShardCapacity { transfers: 9, lifecycle_events: 9, payload: 9 });
    read(&mut shard, 7, b"a");
    shutdown(&mut shard, 7, WhenFull::Keep);
    read(&mut shard, 7, b"b");
    read(&mut shard, 7, b"c");
    shutdown(&mut shard, 7, WhenFull::Keep);
    let (out, _) = emptied(&mut shard);
    let transfers = out.iter().map(|timed| matches!(timed.record, Record::Transfer { .. }));
    assert_eq!(transfers.collect::<Vec<_>>(), [true, false, true, true, false]);
}

#[test]
fn lifecycle_events_keep_their_order_among_transfers() {
    let mut shard = Shard::new(CAPACITY);
    shutdown(&mut shard, 1, WhenFull::Drop);
    for raw in 2..5 {
        read(&mut shard, raw, b"");
        shutdown(&mut shard, raw, WhenFull::Drop);
    }
    let (out, gap) = emptied(&mut shard);
    assert_eq!(out.iter().map(|timed| timed.raw).collect::<Vec<_>>(), [1, 2, 2, 3, 3, 4]);
    assert_eq!(gap, Gap { reads: 1, ..Gap::default() });
}

#[test]
fn full_shard_drops_events_unless_pushed_with_keep() {
    let mut shard = Shard::new(CAPACITY);
    let taken = [1, 2, 3, 4, 5].map(|raw| shutdown(&mut shard, raw, WhenFull::Drop));
    assert_eq!(
        taken,
        [
            PushOutcome::Recorded,
            PushOutcome::HalfFull,
            PushOutcome::Recorded,
            PushOutcome::Recorded,
            PushOutcome::Dropped
        ]
    );
    assert_eq!(shutdown(&mut shard, 6, WhenFull::Keep), PushOutcome::Recorded);
    let (out, gap) = emptied(&mut shard);
    assert_eq!(out.iter().map(|timed| timed.raw).collect::<Vec<_>>(), [1, 2, 3, 4, 6]);
    assert_eq!(gap, Gap { others: 1, ..Gap::default() });
    assert_eq!(shutdown(&mut shard, 7, WhenFull::Drop), PushOutcome::Recorded, "drained");
}

#[test]
fn datagram_records_have_peer_and_original_length() {
    let mut shard = Shard::new(ShardCapacity { transfers: 4, ..CAPACITY });
    let peer = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
    let mut receive = |raw: u64, truncation| {
        if raw.is_multiple_of(2) {
            read(&mut shard, raw, b"stream");
        }
        let info = DatagramInfo { peer: peer(u16::try_from(raw).unwrap()), truncation };
        shard.datagram(
            raw,
            SockId::after(1),
            Direction::Read,
            (9, info),
            None::<(usize, std::iter::Empty<&[u8]>)>,
        );
    };
    for (raw, truncation) in [
        (1, Truncation::None),
        (2, Truncation::UnknownLength),
        (3, Truncation::From(512)),
        (4, Truncation::None),
    ] {
        receive(raw, truncation);
    }
    assert_eq!(shard.datagrams.len(), 3, "dropped datagrams take no capacity");
    let (out, gap) = emptied(&mut shard);
    assert_eq!((gap.reads, out.len()), (2, 4), "the fourth datagram and the stream's second read");
    let got: Vec<_> = (out.into_iter())
        .filter_map(|timed| match timed.event(0, &[]).op {
            Op::RecvFrom(got) => Some((got.peer, got.truncated, got.length)),
            _ => None,
        })
        .collect();
    let address = |port| peer(port).map(Into::into);
    let expected = [(address(1), false, None), (address(2), true, None), (address(3), true, Some(512))];
    assert_eq!(got, expected);
    read(&mut shard, 9, b"");
    assert!(matches!(emptied(&mut shard).0[0].record, Record::Transfer(_)), "all info was consumed");
}

#[test]
fn transfer_record_has_the_documented_size() {
    assert_eq!((size_of::<TransferRecord>(), size_of::<DatagramInfo>()), (32, 40));
}

#[test]
fn memory_of_a_burst_of_events_is_freed() {
    let capacity = ShardCapacity { transfers: 9, lifecycle_events: 100_000, payload: 9 };
    let (mut shard, mut gap) = (Shard::new(capacity), Gap::default());
    let (mut pending, mut incoming) = (DrainedRecords::default(), DrainedRecords::default());
    (0..100_000).for_each(|raw| _ = shutdown(&mut shard, raw, WhenFull::Keep));
    shard.drain_into(&mut pending, &mut gap);
    pending.discard_and_append(100_000, &mut incoming);
    // A round with few records.
    shutdown(&mut shard, 1, WhenFull::Keep);
    shard.drain_into(&mut incoming, &mut gap);
    pending.discard_and_append(0, &mut incoming);
    pending.shrink(1, 0);
    incoming.shrink(1, 0);
    assert!(shard.lifecycle_events.capacity() < 10_000, "{}", shard.lifecycle_events.capacity());
    assert!(pending.records.capacity() < 10_000 && incoming.records.capacity() < 10_000);
    assert_eq!(pending.records.len(), 1);
}
