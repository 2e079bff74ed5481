use std::io::Write as _;

use socket_tap::format::Side;

use super::*;
use crate::timeline::fixture::{client, header, server, timeline};

fn mark(t: u64, label: &str) -> String {
    format!(r#"{{"t":{t},"op":"mark","label":"{label}"}}"#)
}

fn label(timed: &TimedEvent) -> String {
    match &timed.event.op {
        socket_tap::event::Op::Mark { label, .. } => format!("{} {label} {}", timed.at, timed.recording),
        other => other.name().to_owned(),
    }
}

fn labels(timeline: &mut Timeline) -> Vec<String> {
    let mut labels = Vec::new();
    while let Next::Event(timed) = timeline.next_or_pending().unwrap() {
        labels.push(label(&timed));
    }
    labels
}

#[test]
fn recordings_are_merged_by_monotonic_clock() {
    let one = vec![header("a", Side::Server, 5_000, 0), mark(0, "one"), mark(200, "four")];
    let other =
        vec![header("b", Side::Server, 5_100, 0), mark(0, "two"), mark(50, "three"), mark(100, "five")];
    // Events with equal times keep the order of their files.
    let expected = ["0 one 0", "100 two 1", "150 three 1", "200 four 0", "200 five 1"];
    assert_eq!(labels(&mut timeline(&[one, other])), expected);
}

#[test]
fn rotated_files_form_one_recording() {
    let part = |part: u64, t: u64, label: &str| {
        let header = header("a", Side::Server, 5_000, 0).replace('}', &format!(r#","part":{part}}}"#));
        vec![header, mark(t, label)]
    };
    let mut timeline = timeline(&[part(2, 9, "last"), part(0, 1, "first"), part(1, 5, "middle")]);
    assert_eq!(timeline.recordings().len(), 1);
    assert_eq!(labels(&mut timeline), ["1 first 0", "5 middle 0", "9 last 0"]);
}

#[test]
fn duplicate_labels_are_replaced_by_file_names() {
    let names = |traces: &[Vec<String>]| -> Vec<String> {
        timeline(traces).recordings().iter().map(|recording| recording.label.clone()).collect()
    };
    assert_eq!(names(&[client(), server()]), ["shop-client", "shop-server"]);
    assert_eq!(names(&[server(), server()]), ["file.jsonl", "file.jsonl"]);
    assert_eq!(names(&[vec![header("wire", Side::Wire, 5, 0)], client()]), ["wire", "shop-client"]);
}

/// Trace files to which a test appends lines.
struct Growing(PathBuf);

impl Growing {
    fn new(test: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("socket-trace-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(self.path(name));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn follow(files: &Growing, names: &[&str]) -> Timeline {
    Timeline::follow(&names.iter().map(|name| files.path(name)).collect::<Vec<_>>()).unwrap()
}

fn next(timeline: &mut Timeline) -> String {
    match timeline.next_or_pending().unwrap() {
        Next::Event(timed) => label(&timed),
        Next::Pending => "pending".to_owned(),
        Next::End => "end".to_owned(),
    }
}

#[test]
fn incomplete_last_line_is_awaited_when_following() {
    let files = Growing::new("grows");
    files.append(
        "a",
        &format!("{}\n{}\n{{\"t\":2,\"op\":\"ma", header("a", Side::Server, 0, 0), mark(1, "one")),
    );
    let mut timeline = follow(&files, &["a"]);
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["1 one 0", "pending"]);
    files.append("a", "rk\",\"label\":\"two\"}\n");
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["2 two 0", "pending"]);
    files.append("a", "{\"end\":true,\"events\":2,\"lost\":0}\n");
    assert_eq!(next(&mut timeline), "end");
}

#[test]
fn followed_recordings_are_merged_in_time_order() {
    let files = Growing::new("two-grow");
    files.append("a", &format!("{}\n", header("a", Side::Server, 0, 0)));
    files.append("b", &format!("{}\n", header("b", Side::Client, 0, 0)));
    let mut timeline = follow(&files, &["a", "b"]);
    timeline.settle().unwrap();
    files.append("a", &format!("{}\n{}\n", mark(5, "later"), mark(6, "last")));
    assert_eq!(next(&mut timeline), "pending");
    timeline.settle().unwrap();
    files.append("b", &format!("{}\n", mark(3, "earlier")));
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["3 earlier 1", "pending"]);
    // After one more wait no earlier event can arrive.
    timeline.settle().unwrap();
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["5 later 0", "6 last 0"]);
    assert_eq!(next(&mut timeline), "pending");
}

#[test]
fn following_continues_in_the_next_rotated_file() {
    let files = Growing::new("rotates");
    let part =
        |part: u64| header("a", Side::Server, 0, 0).replace('}', &format!(r#","part":{part}}}"#)) + "\n";
    let end = "{\"end\":true,\"events\":1,\"lost\":0,\"continued\":true}\n";
    files.append("a.jsonl", &format!("{}{}\n{end}", part(1), mark(1, "one")));
    let mut timeline = follow(&files, &["a.jsonl"]);
    // After the last event of the full file the next file is missing.
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["1 one 0", "pending"]);
    std::fs::rename(files.path("a.jsonl"), files.path("a.1.jsonl")).unwrap();
    assert_eq!(next(&mut timeline), "pending");
    files.append("a.jsonl", &format!("{}{}\n", part(4), mark(2, "two")));
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["2 two 0", "pending"]);
    assert_eq!(timeline.missed_parts(), 2);
}

#[test]
fn slow_follower_reads_all_remaining_rotated_files() {
    let files = Growing::new("falls-behind");
    let part = |part: u64, label: &str, end: &str| {
        let header = header("a", Side::Server, 0, 0).replace('}', &format!(r#","part":{part}}}"#));
        format!("{header}\n{}\n{end}", mark(part + 1, label))
    };
    let full = "{\"end\":true,\"events\":1,\"lost\":0,\"continued\":true}\n";
    files.append("a.jsonl", &part(0, "zero", full));
    let mut timeline = follow(&files, &["a.jsonl"]);
    std::fs::rename(files.path("a.jsonl"), files.path("a.0.jsonl")).unwrap();
    // Part 1 is deleted, parts 2 and 3 are present.
    for number in [2, 3] {
        files.append(&format!("a.{number}.jsonl"), &part(number, "kept", full));
    }
    files.append("a.jsonl", &part(4, "current", ""));
    let shown: Vec<String> = (0..5).map(|_| next(&mut timeline)).collect();
    assert_eq!(shown, ["1 zero 0", "3 kept 0", "4 kept 0", "5 current 0", "pending"]);
    assert_eq!(timeline.missed_parts(), 1);
    // A later follower begins with the oldest of the consecutive parts.
    let mut timeline = follow(&files, &["a.jsonl"]);
    let shown: Vec<String> = (0..4).map(|_| next(&mut timeline)).collect();
    assert_eq!(shown, ["3 kept 0", "4 kept 0", "5 current 0", "pending"]);
    assert_eq!(timeline.missed_parts(), 0);
}

#[test]
fn follower_skips_a_file_with_the_number_of_another_part() {
    let files = Growing::new("misnumbered");
    let part =
        |part: u64| header("a", Side::Server, 0, 0).replace('}', &format!(r#","part":{part}}}"#)) + "\n";
    let end = "{\"end\":true,\"events\":1,\"lost\":0,\"continued\":true}\n";
    files.append("a.1.jsonl", &format!("{}{}\n{end}", part(0), mark(1, "one")));
    files.append("a.jsonl", &format!("{}{}\n", part(2), mark(2, "two")));
    let mut timeline = follow(&files, &["a.jsonl"]);
    assert_eq!([next(&mut timeline), next(&mut timeline)], ["2 two 0", "pending"]);
}

#[test]
fn truncating_a_followed_file_is_an_error() {
    let files = Growing::new("emptied");
    files.append("a", &format!("{}\n", header("a", Side::Server, 0, 0)));
    let mut timeline = follow(&files, &["a"]);
    std::fs::write(files.path("a"), "").unwrap();
    assert!(matches!(timeline.settle(), Err(Error::Io { .. })));
}
