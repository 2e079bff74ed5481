use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn segment(seq: u32, text: &str) -> Segment {
    Segment { seq, length: u32::try_from(text.len()).unwrap(), data: text.as_bytes().into() }
}

/// Returns the chunks as text. Missing bytes are underscores.
fn text(chunks: Vec<Chunk>) -> String {
    let chunk = |(length, data): Chunk| {
        let missing = length as usize - data.len();
        String::from_utf8(data.into_vec()).unwrap() + &"_".repeat(missing)
    };
    chunks.into_iter().map(chunk).collect()
}

fn begun(next: u32) -> Reassembly {
    let mut reassembly = Reassembly::default();
    reassembly.begin(next);
    reassembly
}

#[test]
fn segments_are_joined_by_their_numbers() {
    let mut stream = begun(u32::MAX - 1);
    assert_eq!(text(stream.add(segment(2, "efgh"))), "");
    assert_eq!(text(stream.add(segment(u32::MAX - 1, "abcd"))), "abcdefgh");
}

#[test]
fn repeated_bytes_are_returned_once() {
    let mut stream = begun(1);
    assert_eq!(text(stream.add(segment(1, "abcd"))), "abcd");
    assert_eq!(text(stream.add(segment(1, "abcd"))), "");
    assert_eq!(text(stream.add(segment(3, "cdef"))), "ef");
}

#[test]
fn stream_can_begin_without_a_syn() {
    let mut stream = Reassembly::default();
    assert_eq!(text(stream.add(segment(70, "ab"))), "ab");
    assert_eq!(text(stream.add(segment(60, "xy"))), "");
}

#[test]
fn acknowledged_bytes_that_were_not_captured_are_missing() {
    let mut stream = begun(1);
    assert_eq!(text(stream.add(segment(4, "de"))), "");
    assert_eq!(text(stream.acknowledge(3)), "");
    assert_eq!(text(stream.acknowledge(6)), "___de");
    // A late copy of the missing segment.
    assert_eq!(text(stream.add(segment(1, "abc"))), "");
}

#[test]
fn gap_acknowledged_before_is_missing_at_once() {
    let mut stream = begun(1);
    assert_eq!(text(stream.acknowledge(4)), "");
    assert_eq!(text(stream.add(segment(4, "de"))), "___de");
}

#[test]
fn cut_payload_is_missing() {
    let mut stream = begun(1);
    let cut = Segment { length: 5, ..segment(1, "ab") };
    assert_eq!(text(stream.add(cut)), "ab___");
    assert_eq!(text(stream.add(segment(4, "defg"))), "fg");
}

#[test]
fn waiting_segments_are_bounded() {
    let mut stream = begun(0);
    for number in 0..=u32::try_from(MAX_WAITING).unwrap() {
        stream.add(segment(10 + 2 * number, "x"));
    }
    assert!(stream.waiting.len() <= MAX_WAITING);
    let mut stream = begun(0);
    stream.add(segment(10, &"x".repeat(MAX_WAITING_BYTES + 1)));
    assert_eq!((stream.waiting.len(), stream.waiting_bytes), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_segments_gives_the_stream(
        mut cuts in vec(0..200_usize, 0..8),
        order in vec(any::<prop::sample::Index>(), 1..40),
        start in any::<u32>(),
    ) {
        let stream: String = (0..200).map(|number| char::from(b'a' + number % 26)).collect();
        cuts.extend([0, 200]);
        cuts.sort_unstable();
        let pieces: Vec<(usize, &str)> =
            cuts.windows(2).map(|pair| (pair[0], &stream[pair[0]..pair[1]])).collect();
        let mut reassembly = begun(start);
        let mut joined = String::new();
        let any = order.iter().map(|index| index.get(&pieces));
        for (offset, piece) in any.chain(&pieces) {
            let seq = start.wrapping_add(u32::try_from(*offset).unwrap());
            joined += &text(reassembly.add(segment(seq, piece)));
        }
        prop_assert_eq!(joined, stream);
    }

    #[test]
    fn arbitrary_segments_never_panic(segments in vec((any::<u32>(), any::<u32>(), 0..40_usize, any::<u32>()), 0..60)) {
        let mut reassembly = Reassembly::default();
        for (seq, length, data, ack) in segments {
            let data = vec![0; data.min(length as usize)].into();
            reassembly.add(Segment { seq, length, data });
            reassembly.acknowledge(ack);
        }
    }
}

#[test]
fn acknowledged_end_is_known() {
    let mut bytes = Reassembly::default();
    bytes.begin(u32::MAX);
    bytes.acknowledge(3);
    assert!(bytes.is_acknowledged(2) && !bytes.is_acknowledged(3));
}
