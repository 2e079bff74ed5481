use socket_tap::format::Side;

use super::*;
use crate::timeline::{AnnotatedEvents, fixture};

fn shop(traces: &[Vec<String>]) -> Story {
    let mut events = AnnotatedEvents::new(fixture::timeline(traces));
    let mut stories = stories(&mut events, Some("get a book")).unwrap();
    assert_eq!(stories.len(), 1);
    stories.remove(0)
}

fn rows(story: &Story) -> Vec<String> {
    let row = |phase: Phase, row: &model::Row| {
        let of = |side| row.text(side).unwrap_or_default();
        let to = row.to.map_or("-", Side::name);
        let carries = row.carries.join(" | ");
        let (client, server) = (of(Side::Client), of(Side::Server));
        format!("{} [{client}] {to} [{server}] {carries}", phase.title()).trim_end().to_owned()
    };
    story.phases.iter().flat_map(|of| of.rows.iter().map(|it| row(of.phase, it))).collect()
}

#[test]
fn calls_of_both_sides_are_grouped_by_purpose() {
    let story = shop(&[fixture::client(), fixture::server()]);
    let expected = [
        "Open [socket] - [socket, bind, listen]",
        "Open [connect] server [accept]",
        "Request [write 40 B] server [2 reads] GET /v1/books/1",
        "Response [read] client [write 78 B] 200 OK, {\"id\":1}",
        "Close [close] server [read 0 B]",
        "Close [] client [shutdown]",
        "Close [] - [close]",
    ];
    assert_eq!(rows(&story), expected);
    assert_eq!((story.bytes, story.protocol), (118, Some("HTTP/1.1")));
    let note = story.phases.iter().find_map(|of| of.note);
    assert_eq!(note, Some("nothing: HTTP/1.1 starts with the request"));
}

#[test]
fn receiver_has_the_bytes_if_the_sender_was_not_recorded() {
    let story = shop(&[fixture::server()]);
    assert!(
        rows(&story).contains(&"Request [] server [2 reads 40 B] GET /v1/books/1".to_owned()),
        "{:?}",
        rows(&story)
    );
}

#[test]
fn pictures_fit_their_width() {
    let story = shop(&[fixture::client(), fixture::server()]);
    let stories: Vec<_> = ["REST", "GraphQL", "gRPC"].map(|title| (title.to_owned(), story.clone())).into();
    for width in [80, 100, 120, 160, 200] {
        let picture = text::picture(&stories, width);
        for line in picture.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
        }
        assert!(
            picture.starts_with("= Same socket calls in all three: socket, bind, listen, connect"),
            "{picture}"
        );
        assert!(picture.contains("all "), "{picture}");
    }
}

/// Returns the recording without the lines that contain `text`, and without the line that ends it.
fn without(text: &str, mut lines: Vec<String>) -> Vec<String> {
    lines.retain(|line| !line.contains(text) && !line.contains(r#""end":true"#));
    lines
}

#[test]
fn recording_without_marks_is_in_the_others_step() {
    let both = shop(&[fixture::client(), fixture::server()]);
    let unmarked = without(r#""op":"mark""#, fixture::server());
    assert_eq!(rows(&shop(&[fixture::client(), unmarked])), rows(&both));
}

#[test]
fn story_without_marks_ends_with_the_first_run() {
    let mut client = without("nothing", fixture::client());
    client.push(r#"{"t":60000000,"op":"mark","label":"list books"}"#.to_owned());
    client.push(r#"{"t":61000000,"op":"mark","label":"get a book"}"#.to_owned());
    let mut server = without(r#""op":"mark""#, fixture::server());
    let accept =
        r#"{"t":62000000,"sock":7,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:51235"}"#;
    server.push(accept.to_owned());
    let both = shop(&[fixture::client(), fixture::server()]);
    assert_eq!(rows(&shop(&[client, server])), rows(&both));
}

#[test]
fn connection_with_its_own_step_is_in_no_other() {
    let trace = [
        fixture::header("shop", Side::Server, 1_000, 64),
        r#"{"t":1,"op":"mark","label":"from a terminal"}"#.to_owned(),
        r#"{"t":2,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:3000","peer":"127.0.0.1:9"}"#.to_owned(),
        r#"{"t":3,"op":"mark","label":"get a book"}"#.to_owned(),
        fixture::transfer(4, 2, "read", b"GET / HTTP/1.1\r\n\r\n"),
    ];
    let stories =
        |step| stories(&mut AnnotatedEvents::new(fixture::timeline(&[trace.to_vec()])), Some(step)).unwrap();
    assert_eq!(stories("get a book"), []);
    assert_eq!(stories("from 127.0.0.1:9").len(), 1);
}

#[test]
fn sum_of_bytes_does_not_overflow() {
    let mut builder = builder::Builder::default();
    for _ in 0..2 {
        builder.add(&builder::Observed {
            at: 1,
            phase: Phase::Request,
            side: Side::Server,
            purpose: builder::Purpose::Receive,
            kind: "read",
            bytes: u64::MAX,
            carries: String::new(),
        });
    }
    let story = builder.finish("shop");
    assert_eq!(story.bytes, u64::MAX);
    assert!(
        rows(&story).iter().any(|row| row.contains("2 reads 18446744073709551615 B")),
        "{:?}",
        rows(&story)
    );
}
