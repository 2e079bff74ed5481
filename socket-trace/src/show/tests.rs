use socket_tap::event::SockId;
use socket_tap::format::Side;

use super::filter::Filter;
use super::lines::Style;
use super::view::View;
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;
use crate::timeline::fixture::{client, header, server, timeline, wire};

mod filters;

/// Returns the output of a view for the events that pass the filter.
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

fn text(traces: &[Vec<String>], style: Style) -> String {
    printed(traces, &Filter::default(), |timeline| View::text(timeline, style))
}

#[test]
fn single_recording_is_shown_as_text() {
    insta::assert_snapshot!(text(&[server()], Style::default()));
}

#[test]
fn several_recordings_are_shown_as_text() {
    insta::assert_snapshot!(text(&[server(), client()], Style::default()));
}

#[test]
fn packets_are_shown_between_the_socket_calls() {
    insta::assert_snapshot!(text(&[server(), client(), wire()], Style::default()));
}

#[test]
fn packets_alone_are_shown_with_addresses() {
    insta::assert_snapshot!(text(&[wire()], Style::default()));
}

#[test]
fn packets_have_the_connection_of_their_sockets_in_json() {
    let shown =
        printed(&[server(), client(), wire()], &Filter::default(), |timeline| View::json(timeline, true));
    let packets: Vec<serde_json::Value> =
        shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let packets: Vec<_> = packets.iter().filter(|event| event["op"] == "packet").collect();
    assert_eq!(packets.len(), 12);
    assert!(packets.iter().all(|packet| packet["connection"] == 1 && packet["recording"] == "shop-wire"));
    assert_eq!((&packets[0]["flags"], &packets[0]["at"]), (&"SYN".into(), &50_092_000.into()));
}

#[test]
fn packets_are_not_rows_of_the_summary() {
    let summary = |traces: &[Vec<String>]| printed(traces, &Filter::default(), View::summary);
    assert_eq!(summary(&[server(), client(), wire()]), summary(&[server(), client()]));
}

#[test]
fn only_descriptions_are_truncated_to_terminal_width() {
    let shown =
        |width, color| text(&[server(), client()], Style { width: Some(width), color, ..Style::default() });
    let line = |shown: &str, what: &str| shown.lines().find(|line| line.contains(what)).unwrap().to_owned();
    assert!(line(&shown(90, false), "16 B").ends_with("16 B                  …GET /v1/books/1"));
    assert!(
        line(&shown(80, false), "16 B").ends_with("16 B   …GET /v1/books/1"),
        "not aligned on a narrow terminal"
    );
    assert!(line(&shown(60, false), "16 B").ends_with("16 B   …GET /v1/…"));
    assert!(line(&shown(60, true), "16 B").ends_with("16 B   …GET /v1/…"), "escapes have no width");
    assert!(line(&shown(40, false), "16 B").ends_with("16 B"));
    assert!(line(&shown(60, false), "accept").ends_with("fd 10   ↔ shop-client #1"));
}

#[test]
fn close_line_shows_what_limited_the_sending() {
    let close = |limits: &str| {
        let tcp = format!(r#""tcp":{{"state":"CLOSE_WAIT","rtt_us":9,"delivered":9,{limits}}}"#);
        let events = [
            header("shop", Side::Server, 1_000, 0),
            r#"{"t":0,"sock":2,"op":"accept","on":1}"#.to_owned(),
            format!(
                r#"{{"t":1000000000,"sock":2,"op":"close","ended_by":"peer","rx":0,"tx":9,"reads":0,"writes":1,{tcp}}}"#
            ),
        ];
        text(&[events.to_vec()], Style::default()).lines().last().unwrap().to_owned()
    };
    let waited = close(r#""busy_us":900000,"rwnd_limited_us":812000"#);
    assert!(
        waited.ends_with("peer   sending waited 812 ms for the peer's window, 88 ms for the network"),
        "{waited}"
    );
    assert!(close(r#""busy_us":900000"#).ends_with("ended by the peer"));
}

#[test]
fn bytes_are_shown_as_hex_dump() {
    insta::assert_snapshot!(text(&[server()], Style { bytes: true, ..Style::default() }));
}

#[test]
fn unrecorded_bytes_are_counted_below_the_hex_dump() {
    let read = r#"{"t":5,"sock":2,"op":"read","bytes":100,"data":"AAEC"}"#;
    let without = r#"{"t":6,"sock":2,"op":"read","bytes":100}"#;
    let shown = text(
        &[vec![header("a", Side::Server, 0, 3), read.to_owned(), without.to_owned()]],
        Style { bytes: true, ..Style::default() },
    );
    assert!(shown.contains("          0000  00 01 02      "), "{shown}");
    assert!(shown.contains("|...|"), "{shown}");
    assert_eq!(shown.matches("          97 B not recorded\n").count(), 1, "{shown}");
}

fn objects(traces: &[Vec<String>], view: impl Fn(&Timeline) -> View) -> Vec<serde_json::Value> {
    serde_json::from_str(&printed(traces, &Filter::default(), view)).unwrap()
}

#[test]
fn json_adds_dissected_parts_to_the_event_fields() {
    let objects = objects(&[server()], |timeline| View::json(timeline, false));
    let lines = server();
    assert_eq!(objects.len(), 11);
    for (object, line) in objects.iter().zip(&lines[1..]) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        for (name, value) in event.as_object().unwrap() {
            assert_eq!(&object[name], value, "{object}");
        }
        let added = object.as_object().unwrap().len() - event.as_object().unwrap().len();
        let has_bytes = object["bytes"].as_u64().is_some_and(|bytes| bytes > 0);
        let is_last_close = object["op"] == "close";
        assert_eq!(added, usize::from(has_bytes || is_last_close), "{object}");
        assert_eq!((object["carried"].is_array(), object["why"].is_object()), (has_bytes, is_last_close));
    }
    assert_eq!(objects[7]["carried"][1]["text"], r#"{"id":1}"#);
    assert_eq!(objects[7]["carried"][1]["class"], "payload");
}

#[test]
fn last_close_says_why_the_connection_ended() {
    let objects = objects(&[server(), client()], |timeline| View::json(timeline, false));
    let closes: Vec<_> = objects.iter().filter(|object| object["op"] == "close").collect();
    assert!(closes[0]["why"].is_null(), "the other end is open");
    assert_eq!(
        (&closes[1]["why"]["ended_by"], &closes[1]["why"]["cause"]),
        (&"client".into(), &"close".into())
    );
}

#[test]
fn close_without_payload_gives_no_reason() {
    let mut lines = server();
    lines[0] = header("shop", Side::Server, 1_000, 0);
    let closed =
        text(&[lines], Style::default()).lines().find(|line| line.contains(" close ")).unwrap().to_owned();
    assert!(closed.ends_with("ended by the peer"), "{closed}");
}

#[test]
fn json_of_several_recordings_has_label_and_time() {
    let objects = objects(&[server(), client()], |timeline| View::json(timeline, false));
    let connect = objects.iter().find(|object| object["op"] == "connect").unwrap();
    assert_eq!((&connect["recording"], &connect["at"]), (&"shop-client".into(), &50_091_000.into()));
    assert_eq!((&connect["connection"], &connect["t"]), (&1.into(), &50_115_000.into()));
    assert_eq!(&connect["began"], 50_090_000);
    let times: Vec<_> = objects.iter().map(|object| object["at"].as_u64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn json_output_is_an_array_or_lines() {
    let nothing = Filter { sock: SockId::new(99), ..Filter::default() };
    assert_eq!(printed(&[server()], &nothing, |timeline| View::json(timeline, false)), "[]\n");
    assert_eq!(printed(&[server()], &nothing, |timeline| View::json(timeline, true)), "");
    let lines = printed(&[server()], &Filter::default(), |timeline| View::json(timeline, true));
    assert_eq!(lines.lines().count(), 11);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn summary_has_a_row_per_connection() {
    let shown = printed(&[server()], &Filter::default(), View::summary);
    let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 2, "a listener has no row: {shown}");
    assert_eq!(rows[1][..5], ["#2", "127.0.0.1:51234", "0.050110", "0.100", "ms"], "{shown}");
    // Bytes in, bytes out, calls; then connection, framing, headers, payload and unknown bytes.
    assert_eq!(rows[1][5..13], ["40", "78", "1", "0", "0", "110", "8", "0"], "{shown}");
    assert_eq!(rows[1][13..], ["the", "peer"]);

    let still_open: Vec<String> = server().into_iter().take(8).collect();
    let shown = printed(&[still_open], &Filter::default(), View::summary);
    assert!(shown.ends_with("(open)\n") && shown.lines().count() == 2, "{shown}");

    let only = Filter { ops: vec!["write".into()], ..Filter::default() };
    let shown = printed(&[server(), client()], &only, View::summary);
    let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    // Events that the filter hides are not counted, here the close.
    assert_eq!(rows[1][..2], ["shop-client", "c1"], "{shown}");
    assert_eq!((rows[1][7], rows[1][8]), ("0", "40"), "{shown}");
}

#[test]
fn summary_without_payload_has_fewer_columns() {
    let without: Vec<String> =
        server().iter().map(|line| line.replace(r#""capture":64"#, r#""capture":0"#)).collect();
    let shown = printed(&[without], &Filter::default(), View::summary);
    assert!(!shown.contains("framing") && !shown.contains("calls"), "{shown}");
}

#[test]
fn summary_as_json_has_the_same_rows() {
    let rows = objects(&[server(), client()], |timeline| View::summary_json(timeline, false));
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["recording"], &rows[0]["connection"]), (&"shop-client".into(), &1.into()));
    assert_eq!((&rows[1]["rx"], &rows[1]["bytes"]["payload"]), (&40.into(), &8.into()));
}

#[test]
fn control_characters_of_a_recording_are_not_printed() {
    let evil = |line: &str| line.replace("EVIL", "\\u001b[2J");
    let recordings = [Side::Server, Side::Client].map(|side| {
        let events = [
            r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"EVIL","peer":"EVIL"}"#,
            r#"{"t":2,"op":"mark","label":"EVIL"}"#,
            &crate::timeline::fixture::transfer(3, 2, "read", b"GET /\x1b[2J HTTP/1.1\r\n\r\n"),
            r#"{"t":4,"sock":2,"op":"EVIL"}"#,
        ];
        let header = header("EVIL", side, 0, 64);
        std::iter::once(header.as_str()).chain(events).map(evil).collect::<Vec<String>>()
    });
    for view in
        [View::summary, |timeline: &Timeline| View::text(timeline, Style { bytes: true, ..Style::default() })]
    {
        let shown = printed(&recordings, &Filter::default(), view);
        assert!(!shown.contains('\x1b') && shown.contains('␛'), "{shown:?}");
    }
}
