//! Runs every function that reads an untrusted trace. Shared by the property tests and the fuzz target.

use std::time::Duration;

use socket_tap::event::{Event, Op};
use socket_tap::format::text::Lines;
use socket_tap::format::{Line, write_event};
use socket_trace::assertion::judge::judge;
use socket_trace::assertion::limits::LimitChecker;
use socket_trace::assertion::{Assertion, Measure};
use socket_trace::compare::Comparison;
use socket_trace::compare::grouping::Grouping;
use socket_trace::export::{Export, Format};
use socket_trace::lint;
use socket_trace::summary::{RecordingState, Summary};
use socket_trace::{sequence, table::page};

use super::views::{self, open};

/// Reads, shows, lints, summarises, compares, draws and exports the bytes as a trace. Panics if an invariant
/// is broken.
pub(crate) fn do_everything(bytes: &[u8]) {
    let step = show(bytes).unwrap_or_default();
    lint(bytes);
    for state in [RecordingState::Finished, RecordingState::InProgress] {
        compare(bytes, state);
        compare(&with_payload(bytes), state);
    }
    for step in [step.as_str(), "no such step"] {
        draw_step(bytes, step);
    }
    for format in [Format::Pcapng, Format::Qlog, Format::Csv] {
        export(bytes, format);
    }
    views::look_at(bytes);
}

/// Formats all events of the trace as lines. Returns the label of its first mark, which is the name of a
/// step.
fn show(bytes: &[u8]) -> Option<String> {
    let mut trace = open(bytes).map_err(|error| check_text(&error.to_string(), 0)).ok()?;
    let (mut lines, mut step) = (Lines::new().label("any"), None);
    loop {
        match trace.next_event() {
            Ok(Some(event)) => {
                let mut text = String::new();
                lines.push(&event, &mut text);
                assert!(text.ends_with('\n'), "{text:?}");
                check_text(&text, 1);
                check_rewriting(&event);
                if let Op::Mark { label, .. } = event.op {
                    step.get_or_insert(label.into_owned());
                }
            }
            Ok(None) => break,
            Err(error) => {
                check_text(&error.to_string(), 0);
                break;
            }
        }
    }
    step
}

fn lint(bytes: &[u8]) {
    let options = lint::Options { idle: Duration::ZERO, ..lint::Options::default() };
    let Ok(report) = open(bytes).and_then(|trace| lint::lint(trace, &options)) else { return };
    let text = lint::text::Text::new(false).report(&report);
    check_text(&text, text.matches('\n').count());
    serde_json::to_string(&report).unwrap();
}

/// Asserts that the text has no control characters, and no more lines than expected.
fn check_text(text: &str, newlines: usize) {
    let is_control = |c: &char| c.is_control() && *c != '\n';
    assert!(!text.chars().any(|c| is_control(&c)), "{text:?}");
    assert_eq!(text.matches('\n').count(), newlines, "{text:?}");
}

/// Asserts that writing an event, parsing it and writing it again gives the same line.
fn check_rewriting(event: &Event) {
    let written = |event: &Event| {
        let mut line = Vec::new();
        write_event(&mut line, event).unwrap();
        String::from_utf8(line).unwrap()
    };
    let once = written(event);
    let Ok(Line::Event(again)) = Line::parse(&once) else { panic!("cannot be parsed: {once}") };
    assert_eq!(written(&again), once);
}

/// Returns a copy of the trace whose header states that payload was recorded.
fn with_payload(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replacen("\"capture\":0", "\"capture\":9", 1).into_bytes()
}

fn compare(bytes: &[u8], state: RecordingState) {
    let asserted =
        [Assertion::SamePrimitives, Assertion::CleanEnds, Assertion::Max(Measure::BytesPerCall, 0)];
    let mut checkers = Vec::new();
    let mut summary = |bytes: &[u8]| {
        let trace = open(bytes)?;
        let mut checker = LimitChecker::new(&asserted);
        let summary = Summary::with_calls(trace, state, &mut |call| checker.call(call));
        checkers.push(checker);
        summary
    };
    // Compares the trace with a copy that lacks some lines, so that there are differences.
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let fewer: Vec<u8> = lines.filter(|(at, _)| at % 5 != 4).flat_map(|(_, line)| line).copied().collect();
    let (Ok(one), Ok(other)) = (summary(bytes), summary(&fewer)) else { return };
    for step in one.steps.iter().filter(|_| one.payload) {
        let spent = step.bytes.unwrap_or_default();
        assert_eq!((spent.to_server.total(), spent.to_client.total()), (step.to_server, step.to_client));
    }
    let comparison = Comparison::of(vec![one, other]);
    let judged = judge(&asserted, &comparison, &checkers);
    let pages = [
        page::text(&comparison, &judged, Some(Grouping::Step), false),
        page::markdown(&comparison, &judged, Some(Grouping::Operation)),
    ];
    for page in &pages {
        assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{page:?}");
    }
    serde_json::to_string(&(comparison, judged)).unwrap();
}

fn draw_step(bytes: &[u8], step: &str) {
    let (Ok(client), Ok(server)) = (open(bytes), open(bytes)) else { return };
    if let Ok(calls) = sequence::of_step(client, server, step) {
        let lines = 3 + calls.len();
        check_text(&sequence::lanes(&[("any".to_owned(), calls)], 80), lines);
    }
}

fn export(bytes: &[u8], format: Format) {
    let Ok(mut trace) = open(bytes) else { return };
    let mut export = Export::to(format, Box::new(std::io::sink()), "any").unwrap();
    // The output can be written whatever the trace contains.
    if let Err(error) = export.add(&mut trace) {
        check_text(&error.to_string(), 0);
    }
    for note in export.finish().unwrap() {
        let lines = note.matches('\n').count();
        check_text(&note, lines);
    }
}
