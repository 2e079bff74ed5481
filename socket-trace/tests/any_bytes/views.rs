//! Runs every view of recordings. Shared by the property tests and the fuzz target.

use std::io::Cursor;
use std::sync::OnceLock;

use socket_dissect::Contracts;
use socket_trace::contracts::bookshelf;
use socket_trace::layers;
use socket_trace::reader::{Error, Trace};
use socket_trace::sequence::{Choice, gather, mermaid, svg, text};
use socket_trace::show::filter::Filter;
use socket_trace::show::lines::Style;
use socket_trace::show::view::View;
use socket_trace::timeline::AnnotatedEvents;
use socket_trace::timeline::Timeline;

/// Opens the bytes as a trace.
pub(crate) fn open(bytes: &[u8]) -> Result<Trace, Error> {
    Trace::read("any bytes", Box::new(Cursor::new(bytes.to_vec())))
}

/// Reads the bytes as two recordings and shows them in every view: events, sequence diagrams and map of
/// layers. Panics if an invariant is broken.
pub(crate) fn look_at(bytes: &[u8]) {
    // Bytes are dissected only if the header has a capture limit.
    let bytes = &replaced(bytes, b"\"capture\":0", b"\"capture\":9");
    show(bytes);
    draw(bytes);
    map(bytes);
}

/// Replaces the first occurrence of `old` with `new`.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    match bytes.windows(old.len()).position(|window| window == old) {
        Some(at) => [&bytes[..at], new, &bytes[at + old.len()..]].concat(),
        None => bytes.to_vec(),
    }
}

/// Merges the events of two recordings: that in `bytes`, and a copy of it with another `monotonic_ns`.
fn events(bytes: &[u8]) -> Option<AnnotatedEvents> {
    let other = replaced(bytes, b"\"monotonic_ns\":18446744073709551615", b"\"monotonic_ns\":0");
    let traces: Vec<Trace> = [open(bytes).ok()?, open(&other).ok()?].into();
    // Parsed once, since that takes longer than the rest of the test.
    static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
    Some(AnnotatedEvents::with_contracts(Timeline::of(traces), CONTRACTS.get_or_init(bookshelf)))
}

fn show(bytes: &[u8]) {
    let Some(mut events) = events(bytes) else { return };
    let timeline = events.timeline();
    let style = Style { width: Some(80), bytes: true, headers: true, ..Style::default() };
    let texts = [View::text(timeline, style), View::summary(timeline)];
    let objects = [View::json(timeline, false), View::summary_json(timeline, false)];
    let mut views: Vec<(View, Vec<u8>)> =
        texts.into_iter().chain(objects).map(|view| (view, Vec::new())).collect();
    let filter = Filter { since: Some(2), both_ends: true, ..Filter::default() };
    for (view, out) in &mut views {
        view.begin(events.timeline().recordings(), out).unwrap();
    }
    while let Ok(Some(annotated)) = events.next_event() {
        for (view, out) in &mut views {
            view.event(&annotated, filter.passes(&annotated), events.timeline().recordings(), out).unwrap();
        }
    }
    for (at, (mut view, mut out)) in views.into_iter().enumerate() {
        view.end(&mut out).unwrap();
        match at {
            0 | 1 => check_text(&String::from_utf8(out).unwrap()),
            _ => _ = serde_json::from_slice::<Vec<serde_json::Value>>(&out).unwrap(),
        }
    }
}

fn draw(bytes: &[u8]) {
    let Some(mut events) = events(bytes) else { return };
    let Ok(sequences) = gather(&mut events, &Choice::First) else { return };
    for sequence in &sequences {
        check_text(&text::diagram(sequence, 80));
        check_text(&mermaid::diagram(sequence));
    }
    check_text(&svg::picture(&sequences));
}

fn map(bytes: &[u8]) {
    let Some(mut events) = events(bytes) else { return };
    if let Ok(Some(map)) = layers::collect(&mut events, &layers::Selection::default()) {
        check_text(&layers::text::text(&map, 80, false));
        serde_json::to_string(&map).unwrap();
    }
}

/// Asserts that the text has no control characters.
fn check_text(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}
