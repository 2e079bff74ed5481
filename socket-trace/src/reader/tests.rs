use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socket_tap::event::{Addr, Op};
use socket_tap::format::{Side, part_path};

use super::*;
use crate::timeline::fixture::header_line;

fn header() -> String {
    header_line(&Header::new("n", Side::Server))
}

const MARK: &str = r#"{"t":1,"op":"mark","label":"step"}"#;
const END: &str = r#"{"end":true,"events":1,"lost":0}"#;

/// Reads a trace that consists of these lines, and returns how it ends.
fn ending(lines: &[&str]) -> Ending {
    let text = lines.join("\n");
    let mut trace = Trace::read("test", Box::new(Cursor::new(text))).unwrap();
    while trace.next_event().unwrap().is_some() {}
    trace.next_event().unwrap();
    trace.ending().clone()
}

#[test]
fn trace_with_an_end_line_is_complete() {
    let complete = Ending::Complete(End::new(1, 0));
    assert_eq!(ending(&[&header(), MARK, END]), complete);
    assert_eq!(ending(&[&header(), MARK, END, ""]), complete);
    assert_eq!(ending(&[&header(), MARK, END, "", "  ", ""]), complete);
}

#[test]
fn text_after_the_end_line_is_reported() {
    for more in [MARK, END, &header(), "{", "\0\0"] {
        assert_eq!(ending(&[&header(), MARK, END, more]), Ending::TextAfterEnd { line: 4 });
        assert_eq!(ending(&[&header(), MARK, END, "", more, ""]), Ending::TextAfterEnd { line: 5 });
    }
}

/// Writes a rotated recording with the file numbers `first` to `last`, and one event in each file. Returns
/// the path of the last file.
fn parts(directory: &Path, first: u64, last: u64) -> std::path::PathBuf {
    let path = directory.join("a.jsonl");
    for part in first..=last {
        let header = header().replace('}', &format!(r#","part":{part},"since":{part}}}"#));
        let (file, end) = match part == last {
            true => (path.clone(), END.to_owned()),
            false => (part_path(&path, part), END.replace('}', r#","continued":true}"#)),
        };
        std::fs::write(file, format!("{header}\n{MARK}\n{end}\n")).unwrap();
    }
    path
}

#[test]
fn rotated_files_are_read_as_one_trace() {
    let directory = tempfile::TempDir::new().unwrap();
    for (first, last) in [(0, 0), (0, 3), (2, 3)] {
        let mut trace = Trace::open_recording(parts(directory.path(), first, last)).unwrap();
        assert_eq!((trace.header().part, trace.header().since), (first, first));
        while trace.next_event().unwrap().is_some() {}
        let events = last - first + 1;
        assert_eq!(trace.events(), events);
        assert_eq!(trace.ending(), &Ending::Complete(End::new(events, 0)));
        (first..last).for_each(|part| {
            std::fs::remove_file(part_path(&directory.path().join("a.jsonl"), part)).unwrap();
        });
    }
}

#[test]
fn rotated_file_of_another_recording_is_ignored() {
    let directory = tempfile::TempDir::new().unwrap();
    let path = parts(directory.path(), 1, 2);
    let other = header().replace(r#""pid":0"#, r#""pid":2"#);
    std::fs::write(part_path(&path, 1), format!("{other}\n{MARK}\n")).unwrap();
    let mut trace = Trace::open_recording(&path).unwrap();
    while trace.next_event().unwrap().is_some() {}
    assert_eq!((trace.header().part, trace.events()), (2, 1));
}

#[test]
fn long_texts_are_truncated_and_payload_is_not() {
    let long = "é".repeat(4_000);
    let data = STANDARD.encode(&long);
    let header = header_line(&Header::new(&long, Side::Server));
    let text = format!(
        "{header}\n{{\"t\":1,\"op\":\"mark\",\"label\":\"{long}\"}}\n\
         {{\"t\":2,\"sock\":2,\"op\":\"accept\",\"on\":1,\"peer\":\"{long}\"}}\n\
         {{\"t\":3,\"sock\":2,\"op\":\"read\",\"bytes\":8000,\"data\":\"{data}\",\"error\":\"{long}\"}}\n"
    );
    let mut trace = Trace::read("test", Box::new(Cursor::new(text))).unwrap();
    let short = "é".repeat(2_048) + "…";
    assert_eq!(trace.header().name, short);
    let Op::Mark { label, .. } = trace.next_event().unwrap().unwrap().op else { panic!("no mark") };
    assert_eq!(label, short);
    let Op::Accept { peer, .. } = trace.next_event().unwrap().unwrap().op else { panic!("no accept") };
    assert_eq!(peer, Some(Addr::Other(short.clone())));
    let read = trace.next_event().unwrap().unwrap();
    assert_eq!(read.error.map(|error| error.reason), Some(short.into()));
    let Op::Read(transfer) = read.op else { panic!("no read") };
    assert_eq!(transfer.data.as_deref(), Some(long.as_bytes()));
}

#[test]
fn capture_file_is_named_as_such() {
    for first in ["\n\r\r\n", "{\n"] {
        let read = Trace::read("shop.pcapng", Box::new(Cursor::new(first)));
        assert_eq!(matches!(read, Err(Error::Capture { .. })), first != "{\n");
    }
}
