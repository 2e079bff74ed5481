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
        let to = row.to.map_or("-", socket_tap::format::Side::name);
        let carries = row.carries.join(" | ");
        let (client, server) = (of(socket_tap::format::Side::Client), of(socket_tap::format::Side::Server));
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
