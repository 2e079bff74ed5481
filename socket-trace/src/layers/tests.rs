use socket_tap::event::SockId;
use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::timeline::AnnotatedEvents;
use crate::timeline::fixture::{client, server, timeline, wire};
use recordings::{grpc, three_calls};

mod postgres;
mod recordings;

fn map(traces: &[Vec<String>], selection: &Selection) -> Option<Map> {
    collect(&mut AnnotatedEvents::new(timeline(traces)), selection).unwrap()
}

fn first(traces: &[Vec<String>]) -> Map {
    map(traces, &Selection::default()).unwrap()
}

/// Formats each block of a level as `DATA 147-163`.
fn blocks(level: &Level) -> Vec<String> {
    level.blocks.iter().map(|block| format!("{} {}-{}", block.name, block.from, block.to)).collect()
}

#[test]
fn mapped_write_has_earlier_time_than_its_read() {
    let map = first(&[server(), client()]);
    assert_eq!(map.directions.len(), 2);
    for direction in &map.directions {
        let at = |level: &Level| {
            level.blocks.iter().map(|block| (block.to, block.text.clone())).collect::<Vec<_>>()
        };
        let (writes, reads) = (at(&direction.levels[0]), at(&direction.levels[1]));
        for (to, read) in &reads {
            let (_, write) = writes.iter().find(|(end, _)| end >= to).unwrap();
            assert!(write < read, "{write} {read}");
        }
    }
}

#[test]
fn frames_are_mapped_to_reads_and_writes() {
    let map = first(&grpc());
    assert_eq!(map.operation, "bookshelf.v1.BookshelfService/GetBook");
    assert_eq!(map.ends, ["shop-client #1", "shop-server #2"]);
    let [direction] = &map.directions[..] else { panic!("{map:?}") };
    let titles: Vec<&str> = direction.levels.iter().map(|level| level.title.as_str()).collect();
    assert_eq!(titles, ["client's writes", "server's reads", "HTTP/2", "messages"]);
    let levels: Vec<Vec<String>> = direction.levels.iter().map(blocks).collect();
    // The first write precedes the call. It is shown because the server read it together with the call.
    assert_eq!(levels[0], ["write 24-33", "write 33-122", "write 122-147"]);
    assert_eq!(levels[1], ["read 24-147"]);
    assert_eq!(levels[2], ["SETTINGS 24-33", "HEADERS 33-122", "DATA 122-138", "DATA 138-147"]);
    assert_eq!(levels[3], ["message 131-138"], "after its length prefix");
    assert_eq!(direction.levels[3].blocks[0].text, "{id: 1}");
    let of_call: Vec<bool> = direction.levels[2].blocks.iter().map(|block| block.of_call).collect();
    assert_eq!(of_call, [false, true, true, true]);
    // Three frame headers and a length prefix, a header block, and a message.
    let byte_counts: Vec<u64> = direction.bytes.values().copied().collect();
    assert_eq!((byte_counts, direction.bytes.values().sum::<u64>()), (vec![32, 80, 2], 114));
}

#[test]
fn http1_message_has_head_and_body() {
    let map = first(&[server(), client()]);
    assert_eq!((map.operation.as_str(), map.call), ("GET /v1/books/1", 0));
    let levels: Vec<Vec<String>> =
        map.directions.iter().flat_map(|direction| &direction.levels).map(blocks).collect();
    let expected = [
        vec!["write 0-40"],
        vec!["read 0-24", "read 24-40"],
        vec!["request head 0-40"],
        vec!["message 0-40"],
        vec!["write 0-78"],
        vec!["read 0-78"],
        vec!["response head 0-70", "body 70-78"],
        vec!["message 0-78"],
    ];
    assert_eq!(levels, expected);
    assert_eq!(map.directions[1].levels[3].blocks[0].text, r#"{"id":1}"#);
}

#[test]
fn segments_are_mapped_between_writes_and_reads() {
    let map = first(&[server(), client(), wire()]);
    let titles: Vec<&str> = map.directions[0].levels.iter().map(|level| level.title.as_str()).collect();
    let expected =
        ["client's writes", "segments", "retransmissions", "server's reads", "HTTP/1.1", "messages"];
    assert_eq!(titles, expected);
    let [lost, again] = [1, 2].map(|level| &map.directions[0].levels[level].blocks);
    assert_eq!((lost[0].from, lost[0].to, lost[0].text.as_str()), (0, 40, "lost at 0.050132"));
    assert_eq!((again[0].from, again[0].to, again[0].text.as_str()), (0, 40, "again at 0.050134"));
    assert_eq!(blocks(&map.directions[1].levels[1]), ["segment 0-78"]);
    let text = text::text(&map, 100, false);
    assert!(
        text.contains("client → server: 1 message, 1 part, 1 write, 2 reads, 1 segment, 1 retransmission"),
        "{text}"
    );
}

#[test]
fn segments_before_the_selected_read_are_mapped() {
    let map = first(&[server(), wire()]);
    let titles: Vec<&str> = map.directions[0].levels.iter().map(|level| level.title.as_str()).collect();
    assert_eq!(titles, ["segments", "retransmissions", "server's reads", "HTTP/1.1", "messages"]);
}

#[test]
fn call_is_selected_by_index_step_or_socket() {
    let traces = [three_calls()];
    let of = |selection: &Selection| {
        map(&traces, selection).map(|map| (map.operation, map.directions[0].levels[0].blocks[0].from))
    };
    let found = |number: u64, from: u64| Some((format!("GET /v1/books/{number}"), from));
    assert_eq!(of(&Selection::default()), found(1, 0));
    assert_eq!(of(&Selection { call: Some(1), ..Selection::default() }), found(2, 28));
    assert_eq!(of(&Selection { step: Some("last".into()), ..Selection::default() }), found(3, 56));
    assert_eq!(of(&Selection { sock: SockId::new(2), call: Some(2), step: None }), found(3, 56));
    assert_eq!(of(&Selection { call: Some(3), ..Selection::default() }), None);
    assert_eq!(of(&Selection { sock: SockId::new(1), ..Selection::default() }), None);
}

#[test]
fn connection_is_selected_by_the_servers_socket_number() {
    let of = |sock| map(&grpc(), &Selection { sock: SockId::new(sock), ..Selection::default() });
    assert_eq!(of(2), Some(first(&grpc())));
    assert_eq!(of(1), None);
    let [client, _] = grpc();
    assert!(map(&[client], &Selection { sock: SockId::new(1), ..Selection::default() }).is_some());
}

#[test]
fn request_split_across_reads_names_the_call() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    for (t, piece) in [(1, "GET /v1/bo"), (2, "oks/1 HTT"), (3, "P/1.1\r\n\r\n")] {
        lines.push(crate::timeline::fixture::transfer(50_130_000 + t, 2, "read", piece.as_bytes()));
    }
    assert_eq!(first(&[lines]).operation, "GET /v1/books/1");
}

#[test]
fn graphql_call_has_its_operation_as_name() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    let body = r#"{"query":"query Read($id: ID!) {book(id: $id) {title}}","variables":{"id":1}}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    for (t, piece) in [(1, head.as_str()), (2, body)] {
        lines.push(crate::timeline::fixture::transfer(50_130_000 + t, 2, "read", piece.as_bytes()));
    }
    assert_eq!(first(&[lines]).operation, "query Read { book }");
}

#[test]
fn recording_without_payload_has_no_api_calls() {
    let without = server().iter().map(|line| line.replace(r#""capture":64"#, r#""capture":0"#)).collect();
    assert_eq!(map(&[without], &Selection::default()), None);
}

#[test]
fn map_of_a_call_fits_the_terminal() {
    for width in [80, 120, 160] {
        let drawn = text::text(&first(&grpc()), width, false);
        assert!(drawn.lines().all(|line| line.width() <= width), "{drawn}");
        insta::assert_snapshot!(format!("map_of_{width}_columns"), drawn);
    }
}

#[test]
fn narrow_map_truncates_the_text_of_boxes() {
    for width in [40, 60] {
        let drawn = text::text(&first(&grpc()), width, false);
        assert!(drawn.lines().all(|line| line.width() <= width), "{drawn}");
    }
}

#[test]
fn wide_maps_are_split_into_strips() {
    let drawn = text::text(&first(&grpc()), 80, false);
    let lines: Vec<&str> = drawn.lines().collect();
    // The cut is between frames, so only the read is split.
    let starts: Vec<&&str> = lines.iter().filter(|line| line.starts_with("byte")).collect();
    assert!(starts[0].ends_with(" 122") && starts[1].contains(" 122 "), "{drawn}");
    assert!(drawn.contains("│ read 123 B… ") && drawn.contains("│ …read 123 B "), "{drawn}");
    assert_eq!(drawn.matches('…').count(), 3, "two for the split read and one for truncated text: {drawn}");
}

#[test]
fn data_of_other_calls_is_dimmed() {
    let drawn = text::text(&first(&grpc()), 120, true);
    assert!(drawn.contains("\x1b[2mSETTINGS 9 B\x1b[0m") && !drawn.contains("\x1b[2mHEADERS"), "{drawn}");
    let plain = drawn.replace("\x1b[2m", "").replace("\x1b[0m", "");
    assert_eq!(plain, text::text(&first(&grpc()), 120, false));
}

#[test]
fn map_of_a_long_call_is_truncated() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    let head = b"POST / HTTP/1.1\r\ncontent-length: 9000\r\n\r\n";
    lines.push(crate::timeline::fixture::transfer(50_130_000, 2, "read", head));
    lines.extend((0..9_000).map(|t| crate::timeline::fixture::transfer(50_130_001 + t, 2, "read", b"x")));
    let map = first(&[lines]);
    assert_eq!(map.directions[0].levels[0].blocks.len() as u64 + map.more, 9_001);
    assert!(map.more > 8_000, "{}", map.more);
}
