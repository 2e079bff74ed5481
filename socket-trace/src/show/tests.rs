use socket_tap::event::SockId;

use super::filter::Filter;
use super::lines::Look;
use super::view::View;
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;
use crate::timeline::fixture::{client, header, server, timeline};

/// What the view prints of what passes the filter.
fn printed(traces: &[Vec<String>], filter: &Filter, view: impl Fn(&Timeline) -> View) -> String {
    let mut events = AnnotatedEvents::new(timeline(traces));
    let (mut view, mut out) = (view(events.timeline()), Vec::new());
    view.begin(events.timeline().recordings(), &mut out).unwrap();
    while let Some(annotated) = events.next_event().unwrap() {
        view.event(&annotated, filter.passes(&annotated), events.timeline().recordings(), &mut out).unwrap();
    }
    view.end(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(traces: &[Vec<String>], look: Look) -> String {
    printed(traces, &Filter::default(), |timeline| View::text(timeline, look))
}

fn filtered(filter: &Filter) -> Vec<String> {
    let shown = printed(&[server(), client()], filter, |timeline| View::text(timeline, Look::default()));
    let lines = shown.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.map(|line| line.chars().take(50).collect()).collect()
}

#[test]
fn one_recording_says_what_each_call_carried() {
    let expected = r#"shop server, recorded by p 1 (pid 1) from 2026, with up to 64 B of payload each
  0.000000   #1 socket    tcp ipv4                                     fd 9
  0.000010   #1 bind      127.0.0.1:3000
  0.000020   #1 listen    backlog 1024
  0.050020     ── get a book
  0.050110   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 10
  0.050140   #2 read      24 B                  GET /v1/books/1…
  0.050150   #2 read      16 B                  …GET /v1/books/1
  0.050160   #2 write     78 B                  200 OK, {"id":1}
  0.050190   #2 read      0 B   the peer has finished sending (FIN)
  0.050200   #2 shutdown  write (our FIN)
  0.050210   #2 close     40 B in, 78 B out, 0.10 ms, ended by the peer
"#;
    assert_eq!(text(&[server()], Look::default()), expected);
}

#[test]
fn several_recordings_say_whose_call_it_is_and_which_sockets_are_one_connection() {
    let expected = r#"shop-server  recorded by p 1 (pid 1) from 2026, with up to 64 B of payload each
shop-client  recorded by p 1 (pid 1) from 2026, with up to 64 B of payload each
shop-server        0.000000   #1 socket    tcp ipv4                                     fd 9
shop-server        0.000010   #1 bind      127.0.0.1:3000
shop-server        0.000020   #1 listen    backlog 1024
shop-server        0.050020     ── get a book
shop-client        0.050022     ── get a book
shop-client        0.050081   #1 socket    tcp ipv4                                     fd 11
shop-client   c1   0.050091   #1 connect   127.0.0.1:51234 → 127.0.0.1:3000   in 0.03 ms
shop-server   c1   0.050110   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 10   ↔ shop-client #1
shop-client   c1   0.050131   #1 write     40 B                  GET /v1/books/1
shop-server   c1   0.050140   #2 read      24 B                  GET /v1/books/1…
shop-server   c1   0.050150   #2 read      16 B                  …GET /v1/books/1
shop-server   c1   0.050160   #2 write     78 B                  200 OK, {"id":1}
shop-client   c1   0.050171   #1 read      78 B                  200 OK, {"id":1}
shop-client   c1   0.050181   #1 close     78 B in, 40 B out, 0.07 ms, ended by us
shop-server   c1   0.050190   #2 read      0 B   the peer has finished sending (FIN)
shop-server   c1   0.050200   #2 shutdown  write (our FIN)
shop-server   c1   0.050210   #2 close     40 B in, 78 B out, 0.10 ms, ended by the peer
"#;
    assert_eq!(text(&[server(), client()], Look::default()), expected);
}

#[test]
fn what_was_carried_is_cut_to_the_terminal_and_nothing_else_is() {
    let shown = |width, color| text(&[server(), client()], Look { width: Some(width), color, bytes: false });
    let line = |shown: &str, what: &str| shown.lines().find(|line| line.contains(what)).unwrap().to_owned();
    assert!(line(&shown(90, false), "16 B").ends_with("16 B                  …GET /v1/books/1"));
    assert!(
        line(&shown(80, false), "16 B").ends_with("16 B   …GET /v1/books/1"),
        "not aligned where room is short"
    );
    assert!(line(&shown(60, false), "16 B").ends_with("16 B   …GET /v1/…"));
    assert!(line(&shown(60, true), "16 B").ends_with("16 B   …GET /v1/…"), "colours take no room");
    assert!(line(&shown(40, false), "16 B").ends_with("16 B"));
    assert!(line(&shown(60, false), "accept").ends_with("fd 10   ↔ shop-client #1"));
}

#[test]
fn the_bytes_stand_below_each_call_by_part() {
    let shown = text(&[server()], Look { bytes: true, ..Look::default() });
    let expected = r#"
  0.050160   #2 write     78 B                  200 OK, {"id":1}
          0000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  |HTTP/1.1 200 OK.|   response head 200 OK
          0010  0a 63 6f 6e 74 65 6e 74  2d 6c 65 6e 67 74 68 3a  |.content-length:|
          0020  20 38 0d 0a 63 6f 6e 74  65 6e 74 2d 74 79 70 65  | 8..content-type|
          0030  3a 20 61 70 70 6c 69 63  61 74 69 6f 6e 2f 6a 73  |: application/js|
          0040  6f 6e 0d 0a 0d 0a                                 |on....|
          0046  7b 22 69 64 22 3a 31 7d                           |{"id":1}|           body {"id":1}
  0.050190 "#;
    assert!(
        shown.contains(&expected.replacen("|on....|             response head 200 OK", "|on....|", 1)),
        "{shown}"
    );
}

#[test]
fn bytes_that_were_not_recorded_are_counted() {
    let read = r#"{"t":5,"sock":2,"op":"read","bytes":100,"data":"AAEC"}"#;
    let without = r#"{"t":6,"sock":2,"op":"read","bytes":100}"#;
    let shown = text(
        &[vec![header("a", "server", 0, 3), read.to_owned(), without.to_owned()]],
        Look { bytes: true, ..Look::default() },
    );
    assert!(shown.contains("          0000  00 01 02      "), "{shown}");
    assert!(shown.contains("|...|"), "{shown}");
    assert_eq!(shown.matches("          97 B more, not recorded\n").count(), 1, "{shown}");
}

#[test]
fn filters_combine() {
    let none = Filter { both_ends: true, ..Filter::default() };
    let ops = |ops: &[&str]| ops.iter().map(|op| (*op).to_owned()).collect();
    let writes = Filter { ops: ops(&["write", "listen"]), ..none.clone() };
    let [listen, by_client, by_server] = filtered(&writes).try_into().unwrap();
    assert_eq!(listen, "shop-server 0.000020 #1 listen backlog 1024");
    assert_eq!(by_client, "shop-client c1 0.050131 #1 write 40 B GET /v1/book");
    assert_eq!(by_server, "shop-server c1 0.050160 #2 write 78 B 200 OK, {\"id");

    let of_sock = Filter { sock: SockId::new(2), ..writes.clone() };
    assert_eq!(filtered(&of_sock), [by_server.as_str()]);
    let of_connection = Filter { connection: Some(1), ..writes.clone() };
    assert_eq!(filtered(&of_connection), [by_client.as_str(), &by_server]);
    assert!(filtered(&Filter { connection: Some(2), ..none.clone() }).is_empty());

    let step = Filter { step: Some("get a book".into()), ..writes.clone() };
    assert_eq!(filtered(&step), [by_client.as_str(), &by_server]);
    assert!(filtered(&Filter { step: Some("list books".into()), ..none.clone() }).is_empty());

    let early = Filter { until: Some(50_131_000), ..writes.clone() };
    assert_eq!(filtered(&early), [listen.as_str(), &by_client]);
    let late = Filter { since: Some(50_131_000), ..early };
    assert_eq!(filtered(&late), [by_client.as_str()]);
}

#[test]
fn a_peer_is_a_host_or_one_of_its_ports() {
    let of_peer = |peer: &str, both_ends: bool| {
        let ops = vec!["accept".to_owned(), "connect".to_owned()];
        let filter = Filter { peer: Some(peer.parse().unwrap()), both_ends, ops, ..Filter::default() };
        filtered(&filter).len()
    };
    assert_eq!(of_peer("127.0.0.1", false), 2);
    assert_eq!(of_peer("::ffff:127.0.0.1", false), 2);
    assert_eq!(of_peer("127.0.0.2", false), 0);
    assert_eq!(of_peer("127.0.0.1:51234", false), 1, "the server has it for a peer, and not the client");
    assert_eq!(of_peer("127.0.0.1:51234", true), 2);
    assert_eq!(of_peer("/run/shop", true), 0);
    let datagram = r#"{"t":5,"sock":2,"op":"recvfrom","bytes":1,"peer":"127.0.0.1:53"}"#;
    let filter = |peer: &str| Filter { peer: Some(peer.parse().unwrap()), ..Filter::default() };
    for (peer, lines) in [("127.0.0.1:53", 2), ("127.0.0.1:54", 1)] {
        let recording = [vec![header("a", "server", 0, 0), datagram.to_owned()]];
        let shown = printed(&recording, &filter(peer), |timeline| View::text(timeline, Look::default()));
        assert_eq!(shown.lines().count(), lines, "{shown}");
    }
}

#[test]
fn what_is_not_shown_is_seen() {
    // The head began in a read that is left out, and the connection with an accept that is.
    let filter = Filter { since: Some(50_150_000), sock: SockId::new(2), ..Filter::default() };
    let lines = filtered(&filter);
    assert_eq!(lines[0], "shop-server c1 0.050150 #2 read 16 B …GET /v1/book");
    assert_eq!(lines[4], "shop-server c1 0.050210 #2 close 40 B in, 78 B out");
    let shown = printed(&[server()], &filter, |timeline| View::text(timeline, Look::default()));
    assert!(shown.contains("0.10 ms"), "{shown}");
}

fn objects(traces: &[Vec<String>], view: impl Fn(&Timeline) -> View) -> Vec<serde_json::Value> {
    serde_json::from_str(&printed(traces, &Filter::default(), view)).unwrap()
}

#[test]
fn json_has_events_as_they_stand_and_their_parts() {
    let objects = objects(&[server()], |_| View::json(false));
    let lines = server();
    assert_eq!(objects.len(), 11);
    for (object, line) in objects.iter().zip(&lines[1..]) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        for (name, value) in event.as_object().unwrap() {
            assert_eq!(&object[name], value, "{object}");
        }
        let more = object.as_object().unwrap().len() - event.as_object().unwrap().len();
        let moved = object["bytes"].as_u64().is_some_and(|bytes| bytes > 0);
        assert_eq!((more, object["carried"].is_array()), (usize::from(moved), moved), "{object}");
    }
    assert_eq!(objects[7]["carried"][1]["text"], r#"{"id":1}"#);
    assert_eq!(objects[7]["carried"][1]["class"], "payload");
}

#[test]
fn json_of_several_recordings_says_whose_and_when() {
    let objects = objects(&[server(), client()], |_| View::json(false));
    let connect = objects.iter().find(|object| object["op"] == "connect").unwrap();
    assert_eq!((&connect["recording"], &connect["at"]), (&"shop-client".into(), &50_091_000.into()));
    assert_eq!((&connect["connection"], &connect["t"]), (&1.into(), &50_115_000.into()));
    assert_eq!(&connect["began"], 50_090_000);
    let times: Vec<_> = objects.iter().map(|object| object["at"].as_u64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn json_is_one_array_or_a_line_each() {
    let nothing = Filter { sock: SockId::new(99), ..Filter::default() };
    assert_eq!(printed(&[server()], &nothing, |_| View::json(false)), "[]\n");
    assert_eq!(printed(&[server()], &nothing, |_| View::json(true)), "");
    let lines = printed(&[server()], &Filter::default(), |_| View::json(true));
    assert_eq!(lines.lines().count(), 11);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_summary_says_what_each_connection_was_for() {
    let shown = printed(&[server()], &Filter::default(), View::summary);
    let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 2, "the listener is no connection: {shown}");
    assert_eq!(rows[1][..5], ["#2", "127.0.0.1:51234", "0.050110", "0.100", "ms"], "{shown}");
    // In, out, calls; for the connection, framing, headers, payload, unknown.
    assert_eq!(rows[1][5..13], ["40", "78", "1", "0", "0", "110", "8", "0"], "{shown}");
    assert_eq!(rows[1][13..], ["the", "peer"]);

    let still_open: Vec<String> = server().into_iter().take(8).collect();
    let shown = printed(&[still_open], &Filter::default(), View::summary);
    assert!(shown.ends_with("(open)\n") && shown.lines().count() == 2, "{shown}");

    let only = Filter { ops: vec!["write".into()], ..Filter::default() };
    let shown = printed(&[server(), client()], &only, View::summary);
    let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    // What the filter leaves out is not counted, and who ended it is among that.
    assert_eq!(rows[1][..2], ["shop-client", "c1"], "{shown}");
    assert_eq!((rows[1][7], rows[1][8]), ("0", "40"), "{shown}");
}

#[test]
fn a_summary_without_payload_has_no_columns_for_it() {
    let without: Vec<String> =
        server().iter().map(|line| line.replace(r#""capture":64"#, r#""capture":0"#)).collect();
    let shown = printed(&[without], &Filter::default(), View::summary);
    assert!(!shown.contains("framing") && !shown.contains("calls"), "{shown}");
}

#[test]
fn a_summary_for_a_machine_has_the_same() {
    let rows = objects(&[server(), client()], |timeline| View::summary_json(timeline, false));
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["recording"], &rows[0]["connection"]), (&"shop-client".into(), &1.into()));
    assert_eq!((&rows[1]["rx"], &rows[1]["bytes"]["payload"]), (&40.into(), &8.into()));
}

#[test]
fn a_recording_cannot_steer_the_terminal() {
    let evil = |line: &str| line.replace("EVIL", "\\u001b[2J");
    let recordings = ["server", "client"].map(|side| {
        let events = [
            r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"EVIL","peer":"EVIL"}"#,
            r#"{"t":2,"op":"mark","label":"EVIL"}"#,
            &crate::timeline::fixture::moved(3, 2, "read", b"GET /\x1b[2J HTTP/1.1\r\n\r\n"),
            r#"{"t":4,"sock":2,"op":"EVIL"}"#,
        ];
        let header = header("EVIL", side, 0, 64);
        std::iter::once(header.as_str()).chain(events).map(evil).collect::<Vec<String>>()
    });
    for view in
        [View::summary, |timeline: &Timeline| View::text(timeline, Look { bytes: true, ..Look::default() })]
    {
        let shown = printed(&recordings, &Filter::default(), view);
        assert!(!shown.contains('\x1b') && shown.contains('\u{fffd}'), "{shown:?}");
    }
}
