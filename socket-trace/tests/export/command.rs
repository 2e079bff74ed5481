//! The command line.

use crate::support::{ACCEPT, Place, Text};

fn place() -> Place {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").ended_by_peer(5, 0);
    std::fs::write(place.path("a.jsonl"), trace.whole()).unwrap();
    place
}

#[test]
fn the_extension_says_which_format_and_to_has_the_last_word() {
    let place = place();
    for (arguments, begins_with) in [
        (&["-o", "x.pcapng"][..], &b"\x0a\x0d\x0d\x0a"[..]),
        (&["-o", "x.sqlog"], b"\x1e{\"file_schema\""),
        (&["-o", "x.CSV"], b"recording,side,"),
        (&["-o", "x.csv", "--to", "qlog"], b"\x1e{\"file_schema\""),
        (&["-o", "x", "--to", "csv"], b"recording,side,"),
    ] {
        place.run(&[&["export", "a.jsonl"], arguments].concat()).ok();
        let written = std::fs::read(place.path(arguments[1])).unwrap();
        assert!(written.starts_with(begins_with), "{arguments:?}");
    }
}

#[test]
fn a_format_that_is_not_clear_or_not_known_is_an_error_that_names_those_that_are() {
    let place = place();
    for output in ["x.pcap", "x.qlog", "x", "-"] {
        let ran = place.run(&["export", "a.jsonl", "-o", output]);
        assert_eq!(ran.code(), 2);
        let said = format!("the format of {output} is not clear: say --to pcapng, --to qlog or --to csv\n");
        assert_eq!(ran.stderr(), format!("socket-trace: error: {said}"));
    }
    let ran = place.run(&["export", "a.jsonl", "-o", "x", "--to", "pcap"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("[possible values: pcapng, qlog, csv]"), "{}", ran.stderr());
}

#[test]
fn a_hyphen_is_standard_output() {
    let place = place();
    for format in ["pcapng", "qlog", "csv"] {
        let ran = place.run(&["export", "a.jsonl", "--to", format, "-o", "-"]);
        place.run(&["export", "a.jsonl", "--to", format, "-o", "file"]).ok();
        assert_eq!(ran.stdout(), std::fs::read(place.path("file")).unwrap(), "{format}");
    }
}

#[test]
fn a_file_that_is_there_is_replaced_unless_it_is_the_trace() {
    let place = place();
    std::fs::write(place.path("x.csv"), "old ".repeat(10_000)).unwrap();
    place.run(&["export", "a.jsonl", "-o", "x.csv"]).ok();
    assert!(!std::fs::read_to_string(place.path("x.csv")).unwrap().contains("old"));

    let before = std::fs::read(place.path("a.jsonl")).unwrap();
    let ran = place.run(&["export", "a.jsonl", "--to", "csv", "-o", "./a.jsonl"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("a.jsonl is both a trace and the output"), "{}", ran.stderr());
    assert_eq!(std::fs::read(place.path("a.jsonl")).unwrap(), before);
}

#[test]
fn a_trace_that_cannot_be_read_spares_the_file_that_is_there() {
    let place = place();
    std::fs::write(place.path("x.csv"), "precious").unwrap();
    let ran = place.run(&["export", "a.jsonl", "missing.jsonl", "-o", "x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("cannot read missing.jsonl"), "{}", ran.stderr());
    assert_eq!(std::fs::read_to_string(place.path("x.csv")).unwrap(), "precious");
}

#[test]
fn a_wrong_line_is_named_and_what_came_before_is_written() {
    let place = place();
    let lines = std::fs::read_to_string(place.path("a.jsonl")).unwrap().replace("\"op\":\"shutdown\",", "");
    std::fs::write(place.path("a.jsonl"), lines).unwrap();
    let ran = place.run(&["export", "a.jsonl", "-o", "x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("a.jsonl, line 5: field `op` must be"), "{}", ran.stderr());
    assert_eq!(std::fs::read_to_string(place.path("x.csv")).unwrap().lines().count(), 4);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    for file in ["x.pcapng", "x.sqlog", "x.csv"] {
        place.run(&["export", "a.jsonl", "-o", file]).ok();
        let mode = std::fs::metadata(place.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_trace_that_is_cut_short_is_exported_with_a_warning() {
    let place = place();
    let lines = std::fs::read_to_string(place.path("a.jsonl")).unwrap();
    std::fs::write(place.path("a.jsonl"), lines.split_inclusive('\n').take(3).collect::<String>()).unwrap();
    let (_, said) = place.run(&["export", "a.jsonl", "-o", "x.csv"]).ok();
    assert!(said.contains("warning: a.jsonl"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let place = place();
    let ran = place.run(&["export", "a.jsonl", "-o", "no/such/x.csv"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("cannot write no/such/x.csv: "), "{}", ran.stderr());
}

#[test]
fn the_help_has_an_example_for_each_tool() {
    let (help, _) = place().run(&["export", "--help"]).ok();
    for tool in ["wireshark", "tshark", "qvis", "duckdb"] {
        assert!(help.contains(tool), "{help}");
    }
}

#[test]
fn what_the_notes_suggest_can_be_pasted() {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n");
    let (_, said) = place.export(&trace, "it's mine.pcapng");
    assert!(said.contains("\n  wireshark -r 'it'\\''s mine.pcapng' -d tcp.port==3000,http\n"), "{said}");
}
