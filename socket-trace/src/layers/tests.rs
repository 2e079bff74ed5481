use socket_tap::event::SockId;

use super::*;
use crate::timeline::AnnotatedEvents;
use crate::timeline::fixture::{client, header, server, timeline};

fn map(traces: &[Vec<String>], wanted: &Wanted) -> Option<Map> {
    collect(&mut AnnotatedEvents::new(timeline(traces)), wanted).unwrap()
}

fn first(traces: &[Vec<String>]) -> Map {
    map(traces, &Wanted::default()).unwrap()
}

/// `GetBook` as tonic's client and server spoke it, but for the frames that say nothing.
fn grpc() -> [Vec<String>; 2] {
    let client = [
        r#"{"t":10,"sock":1,"op":"connect","local":"127.0.0.1:9","peer":"127.0.0.1:80"}"#,
        r#"{"t":20,"sock":1,"op":"write","bytes":24,"data":"UFJJICogSFRUUC8yLjANCg0KU00NCg0K"}"#,
        r#"{"t":30,"sock":1,"op":"write","bytes":9,"data":"AAAABAAAAAAA"}"#,
        r#"{"t":40,"sock":1,"op":"write","bytes":89,"data":"AABQAQQAAAABg4ZBiwidXAuBcNxl8TLvBJxiM5+qJy0Sr9wr3Tn6onLRLuLZ3MQrGIqbpz9fQIJJf4ZNgzUFsR9fix110GINJj1MTWVkeolJ6jEYAuFpd/8="}"#,
        r#"{"t":50,"sock":1,"op":"write","bytes":25,"data":"AAAHAAAAAAABAAAAAAIIAQAAAAABAAAAAQ=="}"#,
        r#"{"t":90,"sock":1,"op":"close","ended_by":"local","rx":0,"tx":147,"reads":0,"writes":4}"#,
    ];
    let server = [
        r#"{"t":11,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#,
        r#"{"t":21,"sock":2,"op":"read","bytes":24,"data":"UFJJICogSFRUUC8yLjANCg0KU00NCg0K"}"#,
        r#"{"t":51,"sock":2,"op":"read","bytes":123,"data":"AAAABAAAAAAAAABQAQQAAAABg4ZBiwidXAuBcNxl8TLvBJxiM5+qJy0Sr9wr3Tn6onLRLuLZ3MQrGIqbpz9fQIJJf4ZNgzUFsR9fix110GINJj1MTWVkeolJ6jEYAuFpd/8AAAcAAAAAAAEAAAAAAggBAAAAAAEAAAAB"}"#,
    ];
    let recording = |side: &str, events: &[&str]| {
        std::iter::once(header("shop", side, 0, 640))
            .chain(events.iter().map(|line| (*line).to_owned()))
            .collect()
    };
    [recording("client", &client), recording("server", &server)]
}

/// `DATA 147-163`
fn blocks(level: &Level) -> Vec<String> {
    level.blocks.iter().map(|block| format!("{} {}-{}", block.name, block.from, block.to)).collect()
}

#[test]
fn no_byte_is_read_before_it_is_written() {
    let map = first(&[server(), client()]);
    assert_eq!(map.ways.len(), 2);
    for way in &map.ways {
        let at = |level: &Level| {
            level.blocks.iter().map(|block| (block.to, block.text.clone())).collect::<Vec<_>>()
        };
        let (writes, reads) = (at(&way.levels[0]), at(&way.levels[1]));
        for (to, read) in &reads {
            let (_, write) = writes.iter().find(|(end, _)| end >= to).unwrap();
            assert!(write < read, "{write} {read}");
        }
    }
}

#[test]
fn frames_and_messages_lie_on_writes_and_reads() {
    let map = first(&grpc());
    assert_eq!(map.operation, "bookshelf.v1.BookshelfService/GetBook");
    assert_eq!(map.ends, ["shop-client #1", "shop-server #2"]);
    let [way] = &map.ways[..] else { panic!("{map:?}") };
    let titles: Vec<&str> = way.levels.iter().map(|level| level.title.as_str()).collect();
    assert_eq!(titles, ["client's writes", "server's reads", "HTTP/2", "messages"]);
    let levels: Vec<Vec<String>> = way.levels.iter().map(blocks).collect();
    // A write before the call is there, since the server read it together with the call.
    assert_eq!(levels[0], ["write 24-33", "write 33-122", "write 122-147"]);
    assert_eq!(levels[1], ["read 24-147"]);
    assert_eq!(levels[2], ["SETTINGS 24-33", "HEADERS 33-122", "DATA 122-138", "DATA 138-147"]);
    assert_eq!(levels[3], ["message 131-138"], "with its length");
    assert_eq!(way.levels[3].blocks[0].text, "{id: 1}");
    let of_call: Vec<bool> = way.levels[2].blocks.iter().map(|block| block.of_call).collect();
    assert_eq!(of_call, [false, true, true, true]);
    // Three heads of frames and a length, a block of fields, and a message.
    let spent: Vec<u64> = way.bytes.values().copied().collect();
    assert_eq!((spent, way.bytes.values().sum::<u64>()), (vec![32, 80, 2], 114));
}

#[test]
fn what_http_1_sends_is_a_message_of_a_head_and_a_body() {
    let map = first(&[server(), client()]);
    assert_eq!((map.operation.as_str(), map.call), ("GET /v1/books/1", 0));
    let levels: Vec<Vec<String>> = map.ways.iter().flat_map(|way| &way.levels).map(blocks).collect();
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
    assert_eq!(map.ways[1].levels[3].blocks[0].text, r#"{"id":1}"#);
}

/// One connection with three calls, in two steps.
fn three_calls() -> Vec<String> {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    for call in 1..=3 {
        let request = format!("GET /v1/books/{call} HTTP/1.1\r\n\r\n");
        if call == 3 {
            lines.push(r#"{"t":50130000,"op":"mark","label":"last"}"#.to_owned());
        }
        lines.push(crate::timeline::fixture::moved(50_130_000, 2, "read", request.as_bytes()));
        let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
        lines.push(crate::timeline::fixture::moved(50_130_001, 2, "write", answer));
    }
    lines
}

#[test]
fn the_call_is_the_one_that_is_asked_for() {
    let traces = [three_calls()];
    let of = |wanted: &Wanted| {
        map(&traces, wanted).map(|map| (map.operation, map.ways[0].levels[0].blocks[0].from))
    };
    let found = |number: u64, from: u64| Some((format!("GET /v1/books/{number}"), from));
    assert_eq!(of(&Wanted::default()), found(1, 0));
    assert_eq!(of(&Wanted { call: Some(1), ..Wanted::default() }), found(2, 28));
    assert_eq!(of(&Wanted { step: Some("last".into()), ..Wanted::default() }), found(3, 56));
    assert_eq!(of(&Wanted { sock: SockId::new(2), call: Some(2), step: None }), found(3, 56));
    assert_eq!(of(&Wanted { call: Some(3), ..Wanted::default() }), None);
    assert_eq!(of(&Wanted { sock: SockId::new(1), ..Wanted::default() }), None);
}

#[test]
fn a_socket_is_the_servers_and_what_its_client_did_before_is_there() {
    let of = |sock| map(&grpc(), &Wanted { sock: SockId::new(sock), ..Wanted::default() });
    assert_eq!(of(2), Some(first(&grpc())));
    assert_eq!(of(1), None);
    let [client, _] = grpc();
    assert!(map(&[client], &Wanted { sock: SockId::new(1), ..Wanted::default() }).is_some());
}

#[test]
fn a_call_is_named_when_its_head_is_complete() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    for (t, piece) in [(1, "GET /v1/bo"), (2, "oks/1 HTT"), (3, "P/1.1\r\n\r\n")] {
        lines.push(crate::timeline::fixture::moved(50_130_000 + t, 2, "read", piece.as_bytes()));
    }
    assert_eq!(first(&[lines]).operation, "GET /v1/books/1");
}

#[test]
fn a_call_of_graphql_is_named_by_its_operation() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    let body = r#"{"query":"query Read($id: ID!) {book(id: $id) {title}}","variables":{"id":1}}"#;
    let head = format!(
        "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    for (t, piece) in [(1, head.as_str()), (2, body)] {
        lines.push(crate::timeline::fixture::moved(50_130_000 + t, 2, "read", piece.as_bytes()));
    }
    assert_eq!(first(&[lines]).operation, "query Read { book }");
}

#[test]
fn a_recording_without_payload_has_no_calls() {
    let without = server().iter().map(|line| line.replace(r#""capture":64"#, r#""capture":0"#)).collect();
    assert_eq!(map(&[without], &Wanted::default()), None);
}

#[test]
fn boxes_stand_where_their_bytes_are() {
    let expected = "\
bookshelf.v1.BookshelfService/GetBook   (call 0 on shop-client #1 ↔ shop-server #2)

client → server: 1 message, 3 frames, 2 writes, 1 read
byte             24                  33                           122  131           138          147
                 ┌───────────────────┬────────────────────────────┬───────────────────────────────┐
client's writes  │ write 9 B         │ write 89 B                 │ write 25 B                    │
                 │ at 0.000000       │ at 0.000000                │ at 0.000000                   │
                 ├───────────────────┴────────────────────────────┴───────────────────────────────┤
server's reads   │ read 123 B                                                                     │
                 │ at 0.000000                                                                    │
                 ├───────────────────┬────────────────────────────┬──────────────────┬────────────┤
HTTP/2           │ SETTINGS 9 B      │ HEADERS 89 B               │ DATA 16 B        │ DATA 9 B   │
                 │ of the connection │ POST /bookshelf.v1.Booksh… │                  │ END_STREAM │
                 └───────────────────┴────────────────────────────┴────┬─────────────┼────────────┘
messages                                                               │ message 7 B │
                                                                       │ {id: 1}     │
                                                                       └─────────────┘
114 B of the call: 32 framing, 80 headers, 2 payload
";
    assert_eq!(text::text(&first(&grpc()), 120, false), expected);
}

#[test]
fn what_is_wider_than_the_terminal_stands_in_strips() {
    let drawn = text::text(&first(&grpc()), 80, false);
    let lines: Vec<&str> = drawn.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80 || line.starts_with("bookshelf")), "{drawn}");
    // Cut between frames, and only the read goes through.
    let starts: Vec<&&str> = lines.iter().filter(|line| line.starts_with("byte")).collect();
    assert!(starts[0].ends_with(" 122") && starts[1].contains(" 122 "), "{drawn}");
    assert!(drawn.contains("│ read 123 B… ") && drawn.contains("│ …read 123 B "), "{drawn}");
    assert_eq!(drawn.matches('…').count(), 3, "and the text that is cut: {drawn}");
}

#[test]
fn colours_dim_what_is_not_of_the_call() {
    let drawn = text::text(&first(&grpc()), 120, true);
    assert!(drawn.contains("\x1b[2mSETTINGS 9 B\x1b[0m") && !drawn.contains("\x1b[2mHEADERS"), "{drawn}");
    let plain = drawn.replace("\x1b[2m", "").replace("\x1b[0m", "");
    assert_eq!(plain, text::text(&first(&grpc()), 120, false));
}

#[test]
fn long_calls_are_cut() {
    let mut lines: Vec<String> = server().into_iter().take(6).collect();
    let head = b"POST / HTTP/1.1\r\ncontent-length: 9000\r\n\r\n";
    lines.push(crate::timeline::fixture::moved(50_130_000, 2, "read", head));
    lines.extend((0..9_000).map(|t| crate::timeline::fixture::moved(50_130_001 + t, 2, "read", b"x")));
    let map = first(&[lines]);
    assert_eq!(map.ways[0].levels[0].blocks.len() as u64 + map.more, 9_001);
    assert!(map.more > 8_000, "{}", map.more);
    let drawn = text::text(&map, 100, false);
    assert!(drawn.contains(&format!("… and {} reads and writes more", map.more)));
}
