//! The command line of `socket-trace export`.

use crate::support::{ACCEPT, Place, Text};

fn place() -> Place {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").ended_by_peer(5, 0);
    std::fs::write(place.path("a.jsonl"), trace.text()).unwrap();
    place
}

#[test]
fn format_is_chosen_by_flag_or_extension() {
    let place = place();
    for (arguments, begins_with) in [
        (&["-o", "x.pcapng"][..], &b"\x0a\x0d\x0d\x0a"[..]),
        (&["-o", "x.sqlog"], b"\x1e{\"file_schema\""),
        (&["-o", "x.CSV"], b"recording,side,"),
        (&["-o", "x.har"], b"{\"log\":{\"version\":\"1.2\""),
        // Each packet is field 1 of the file, and the first one is the clock snapshot, field 6.
        (&["-o", "x.pftrace"], b"\x0a"),
        (&["-o", "x.perfetto-trace"], b"\x0a"),
        (&["-o", "x.csv", "--to", "qlog"], b"\x1e{\"file_schema\""),
        (&["-o", "x", "--to", "csv"], b"recording,side,"),
    ] {
        place.run(&[&["export", "a.jsonl"], arguments].concat()).ok();
        let written = std::fs::read(place.path(arguments[1])).unwrap();
        assert!(written.starts_with(begins_with), "{arguments:?}");
    }
}

#[test]
fn unknown_format_exits_with_2() {
    let place = place();
    for output in ["x.pcap", "x.qlog", "x", "-"] {
        let ran = place.run(&["export", "a.jsonl", "-o", output]);
        assert_eq!(ran.code(), 2);
        assert!(ran.stderr().contains("--to pcapng"), "{}", ran.stderr());
    }
    let ran = place.run(&["export", "a.jsonl", "-o", "x", "--to", "pcap"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("pcapng, qlog, har, perfetto, csv"), "{}", ran.stderr());
}

#[test]
fn hyphen_as_output_is_standard_output() {
    let place = place();
    for format in ["pcapng", "qlog", "har", "perfetto", "csv"] {
        let ran = place.run(&["export", "a.jsonl", "--to", format, "-o", "-"]);
        place.run(&["export", "a.jsonl", "--to", format, "-o", "file"]).ok();
        assert_eq!(ran.stdout(), std::fs::read(place.path("file")).unwrap(), "{format}");
    }
}

#[test]
fn output_replaces_existing_file_except_the_trace() {
    let place = place();
    std::fs::write(place.path("x.csv"), "old ".repeat(10_000)).unwrap();
    place.run(&["export", "a.jsonl", "-o", "x.csv"]).ok();
    assert!(!std::fs::read_to_string(place.path("x.csv")).unwrap().contains("old"));

    let before = std::fs::read(place.path("a.jsonl")).unwrap();
    let ran = place.run(&["export", "a.jsonl", "--to", "csv", "-o", "./a.jsonl"]);
    assert_eq!(ran.code(), 2);
    assert_eq!(std::fs::read(place.path("a.jsonl")).unwrap(), before);
}

#[test]
fn unreadable_trace_keeps_existing_output() {
    let place = place();
    std::fs::write(place.path("x.csv"), "precious").unwrap();
    let ran = place.run(&["export", "a.jsonl", "missing.jsonl", "-o", "x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("missing.jsonl"), "{}", ran.stderr());
    assert_eq!(std::fs::read_to_string(place.path("x.csv")).unwrap(), "precious");
}

#[test]
fn events_before_an_invalid_line_are_exported() {
    let place = place();
    let lines = std::fs::read_to_string(place.path("a.jsonl")).unwrap().replace("\"op\":\"shutdown\",", "");
    std::fs::write(place.path("a.jsonl"), lines).unwrap();
    let ran = place.run(&["export", "a.jsonl", "-o", "x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("line 5"), "{}", ran.stderr());
    assert_eq!(std::fs::read_to_string(place.path("x.csv")).unwrap().lines().count(), 4);
}

#[cfg(unix)]
#[test]
fn output_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    for file in ["x.pcapng", "x.sqlog", "x.har", "x.pftrace", "x.csv"] {
        place.run(&["export", "a.jsonl", "-o", file]).ok();
        let mode = std::fs::metadata(place.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn truncated_trace_is_exported_with_a_warning() {
    let place = place();
    let lines = std::fs::read_to_string(place.path("a.jsonl")).unwrap();
    std::fs::write(place.path("a.jsonl"), lines.split_inclusive('\n').take(3).collect::<String>()).unwrap();
    let (_, warning) = place.run(&["export", "a.jsonl", "-o", "x.csv"]).ok();
    assert!(warning.contains("a.jsonl"), "{warning}");
}

#[test]
fn error_names_the_unwritable_output() {
    let place = place();
    let ran = place.run(&["export", "a.jsonl", "-o", "no/such/x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("no/such/x.csv"), "{}", ran.stderr());
}

#[test]
fn export_help_names_the_tools_for_each_format() {
    let (help, _) = place().run(&["export", "--help"]).ok();
    for tool in ["wireshark", "tshark", "browser", "perfetto", "qvis", "duckdb"] {
        assert!(help.contains(tool), "{help}");
    }
}

#[test]
fn suggested_commands_are_quoted_for_a_shell() {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n");
    let (_, notes) = place.export(&trace, "it's mine.pcapng");
    assert!(notes.contains("\n  wireshark -r 'it'\\''s mine.pcapng' -d tcp.port==3000,http\n"), "{notes}");
}
