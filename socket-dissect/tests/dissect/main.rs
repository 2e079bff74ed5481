//! Checks, for arbitrary bytes, that the lengths of the parts add up to the number of bytes, and that the
//! parts do not depend on the boundaries of reads and writes.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod checked;
mod conversations;
mod postgres;
mod recordings;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use socket_dissect::{Call, Class, Dissector, Part};
use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, SockId, Transfer};
use socket_tap::format::Side;

use checked::Checked;
use conversations::Conversation;

fn transfer(data: &[u8], missing: u64) -> Transfer {
    let bytes = (data.len() as u64).saturating_add(missing);
    Transfer::new(bytes).with_data(data)
}

fn event(sock: u64, op: Op) -> Event {
    Event::new(0, SockId::new(sock), op)
}

fn accept() -> Op {
    Op::accept(SockId::new(1).unwrap())
}

/// One protocol unit: `true` if the client sent it, and its number of bytes. The other elements are the
/// class, name, text and call of its last part.
type Unit = (bool, u64, Option<Class>, &'static str, String, Option<u64>);

/// Dissects a conversation, and returns its units and calls. `cut` divides each of the conversation's
/// elements into reads or writes: it returns their lengths.
fn dissect(conversation: &Conversation, cut: &mut dyn FnMut(&[u8]) -> Vec<usize>) -> (Vec<Unit>, Vec<Call>) {
    let mut dissector = Dissector::new(Side::Server);
    dissector.observe(&event(2, accept()));
    let mut units: BTreeMap<(bool, u64), Unit> = BTreeMap::new();
    let mut calls = Vec::new();
    for (turn, bytes) in conversation.iter().enumerate() {
        let from_client = turn % 2 == 0;
        let mut rest = &bytes[..];
        for at in cut(bytes) {
            let (piece, after) = rest.split_at(at);
            rest = after;
            let op = if from_client { Op::Read } else { Op::Write };
            for part in dissector.observe(&event(2, op(transfer(piece, 0)))) {
                let unit = units.entry((from_client, part.unit)).or_default();
                let Part { bytes, class, name, text, call, .. } = part;
                // The call of a WebSocket message follows its frame header, which may be in an earlier transfer.
                let (class, call) = if name == "text frame" { (None, None) } else { (Some(class), call) };
                *unit = (from_client, unit.1 + bytes, class, name, text, call);
            }
            calls.extend(dissector.take_finished());
        }
        assert!(rest.is_empty());
    }
    calls.extend(dissector.into_open_calls());
    (units.into_values().collect(), calls)
}

const CONVERSATIONS: usize = 11;

fn uncut(bytes: &[u8]) -> Vec<usize> {
    vec![bytes.len()]
}

fn outcomes(calls: Vec<Call>) -> Vec<(u64, String, Option<String>)> {
    calls.into_iter().map(|call| (call.number, call.operation, call.status)).collect()
}

/// Generates an event of a recording.
fn any_op(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Op> {
    let missing = prop_oneof![4 => Just(0), 1 => 0..50u64, 1 => Just(u64::MAX)];
    let transfer = (bytes, missing, 0..8u8).prop_map(|(data, missing, kind)| {
        let mut transfer = transfer(&data, missing);
        transfer.data = transfer.data.filter(|_| kind > 0);
        transfer
    });
    (transfer, 0..40u8).prop_map(|(transfer, kind)| match kind {
        0 => accept(),
        1 => Op::connect(),
        2 => Op::Close(Box::<Close>::default()),
        3 => Op::Gap(Gap::default().with_reads(1, transfer.bytes)),
        4..22 => Op::Read(transfer),
        _ => Op::Write(transfer),
    })
}

/// Generates a fragment of a conversation: a range of the bytes that one side sends without interruption.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let turns: Conversation = conversations::all().concat();
    (select(turns), any::<Index>(), any::<Index>()).prop_map(|(turn, from, to)| {
        let (from, to) = (from.index(turn.len()), to.index(turn.len() + 1));
        turn[from.min(to)..to.max(from)].to_vec()
    })
}

fn check(side: Side, ops: Vec<(u64, Op)>) {
    let mut checked = Checked::new(side);
    for (t, (sock, op)) in ops.into_iter().enumerate() {
        checked.observe(&Event::new(t as u64, SockId::new(sock), op));
    }
    checked.finish();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_byte_of_random_input_is_counted_once(
        side in select(vec![Side::Server, Side::Client]),
        ops in vec((1..3u64, any_op(vec(any::<u8>(), 0..60))), 0..40),
    ) {
        check(side, ops);
    }

    #[test]
    fn each_byte_of_message_fragments_is_counted_once(
        side in select(vec![Side::Server, Side::Client]),
        ops in vec((1..3u64, any_op(fragment())), 0..40),
    ) {
        check(side, ops);
    }

    #[test]
    fn each_byte_of_damaged_conversations_is_counted_once(
        which in 0..CONVERSATIONS,
        damages in vec((any::<Index>(), any::<Index>(), any::<u8>(), 0..4u8), 0..4),
        cuts in vec(any::<Index>(), 0..20),
    ) {
        let conversation = conversations::all().swap_remove(which);
        let mut turns: Vec<(Vec<u8>, u64)> = conversation.into_iter().map(|turn| (turn, 0)).collect();
        for (turn, at, byte, kind) in damages {
            let at_turn = turn.index(turns.len());
            let (turn, missing) = &mut turns[at_turn];
            let at = at.index(turn.len());
            match kind {
                0 => turn[at] ^= byte,
                1 => turn.insert(at, byte),
                2 if turn.len() > 1 => _ = turn.remove(at),
                _ if at > 0 => {
                    *missing += (turn.len() - at) as u64;
                    turn.truncate(at);
                }
                _ => {}
            }
        }
        let mut ops = vec![(2, accept())];
        for (turn, (bytes, missing)) in turns.iter().enumerate() {
            let op = if turn % 2 == 0 { Op::Read } else { Op::Write };
            let at = cuts.get(turn).map_or(0, |cut| cut.index(bytes.len()));
            ops.push((2, op(transfer(&bytes[..at], 0))));
            ops.push((2, op(transfer(&bytes[at..], *missing))));
        }
        check(Side::Server, ops);
    }

    #[test]
    fn dissected_frames_do_not_depend_on_read_boundaries(
        which in 0..CONVERSATIONS,
        cuts in vec(1..40usize, 1..60),
    ) {
        let conversation = conversations::all().swap_remove(which);
        let mut cuts = cuts.into_iter().cycle();
        let mut cut = |bytes: &[u8]| {
            // The first three letters may be those of two protocols.
            let mut pieces = vec![bytes.len().min(4)];
            while let left @ 1.. = bytes.len() - pieces.iter().sum::<usize>() {
                pieces.push(cuts.next().unwrap_or(1).min(left));
            }
            pieces
        };
        let (units, calls) = dissect(&conversation, &mut cut);
        let (expected, expected_calls) = dissect(&conversation, &mut uncut);
        prop_assert_eq!(units, expected);
        prop_assert_eq!(outcomes(calls), outcomes(expected_calls));
    }
}

#[test]
fn example_conversations_have_the_expected_calls() {
    let calls: Vec<_> = conversations::all()
        .iter()
        .map(|conversation| outcomes(dissect(conversation, &mut uncut).1))
        .collect();
    let calls: Vec<String> = (calls.concat().into_iter())
        .map(|(number, operation, status)| format!("{number} {operation}: {}", status.unwrap_or_default()))
        .collect();
    assert_eq!(
        calls,
        [
            "0 GET /v1/books: 200",
            "1 query { book }: 200, errors",
            "2 HEAD /b: 404",
            "3 PUT /c: 204",
            "0 GET /v1/books/changes: 200",
            "0 GET /graphql: 101",
            "1 subscription { bookChanged }: complete",
            "1 x: NOT_FOUND",
            "0 bookshelf.v1.BookshelfService/GetBook: OK",
            "1 GET /x: 404, reset: CANCEL",
            "0 POST /: 200",
            "0 Parse SELECT title FROM books WHERE id = $1: OK",
            "1 SELECT title FROM books WHERE id = $1: SELECT 3",
            "2 SELEC: ERROR 42601",
            "3 COPY books FROM STDIN: COPY 1",
            "0 GET /cr: 200",
            "0 GET /chat: 101",
            "0 shop.v1.Shop/Buy: NOT_FOUND",
            "1 shop.v1.Shop/Buy: OK",
        ]
    );
    let (units, _) = dissect(&conversations::all()[5], &mut uncut);
    let texts: Vec<String> = units.iter().map(|unit| format!("{} {}", unit.3, unit.4)).collect();
    let hello = "ClientHello SNI shop.test, ALPN h2, offers TLS 1.3 TLS 1.2";
    assert!(texts.iter().any(|text| text == hello), "{texts:#?}");
    let chosen = "ServerHello TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ALPN h2";
    assert!(
        texts.iter().any(|text| text == chosen) && texts.contains(&"ServerHelloDone ".to_owned()),
        "{texts:#?}"
    );
    assert_eq!(texts.iter().filter(|text| text.ends_with("encrypted")).count(), 3, "{texts:#?}");
    assert_eq!(conversations::all().len(), CONVERSATIONS);
    for conversation in conversations::all() {
        let (units, _) = dissect(&conversation, &mut uncut);
        assert!(units.iter().all(|unit| unit.2 != Some(Class::Unknown)), "{units:#?}");
    }
}
