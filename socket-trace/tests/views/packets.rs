//! Commands on recordings of packets, alone and with those of sockets.

use serde_json::Value;

use crate::files::{Files, client_trace, run, server_trace, wire_trace};
use crate::report::recording;

/// Writes the recordings of a server, its client and the network between them. Returns their paths.
fn written(files: &Files) -> [String; 3] {
    [("server", server_trace()), ("client", client_trace()), ("wire", wire_trace())]
        .map(|(name, text)| files.write(&format!("{name}.jsonl"), text))
}

#[test]
fn show_of_a_socket_includes_the_packets_of_its_connection() {
    let files = Files::new("packets-show");
    let [server, client, wire] = written(&files);
    let shown = run(&["show", &server, &client, &wire, "--sock", "2", "--op", "packet,accept"]);
    let events: Vec<&str> = shown.out.lines().skip(3).collect();
    assert!(events[0].contains("→ SYN  seq 0  win 64240") && events[3].contains("accept"), "{shown:?}");
    assert_eq!(events.len(), 11, "{shown:?}");
    let json: Value = serde_json::from_str(&run(&["show", "--json", "--op", "packet", &wire]).out).unwrap();
    assert_eq!((&json[0]["flags"], &json[4]["fate"]), (&"SYN".into(), &"dropped".into()));
}

#[test]
fn report_has_packets_apart_from_socket_calls() {
    let files = Files::new("packets-apart");
    let [server, client, wire] = written(&files);
    let report = |traces: &[&str]| recording(&run(&[&["report", "-o", "-"], traces].concat()).out);
    let (with, without) = (report(&[&server, &client, &wire]), report(&[&server, &client]));
    assert!(without["wire"].is_null());
    for member in ["hello", "items", "comparison"] {
        assert_eq!(with[member], without[member], "{member}");
    }
    let packets = with["wire"]["packets"].as_array().unwrap();
    let shown: Value = serde_json::from_str(&run(&["show", "--json", "--op", "packet", &wire]).out).unwrap();
    let shown = shown.as_array().unwrap();
    assert_eq!(packets.len(), shown.len());
    for ((packet, shown), number) in packets.iter().zip(shown).zip(1..) {
        assert_eq!((&packet["seq"], &packet["sequence"]), (&number.into(), &shown["seq"]));
        assert_eq!((&packet["from"], &packet["fate"]), (&shown["from"], &shown["fate"]));
    }
    assert_eq!(with["wire"]["recordings"][0]["side"], "wire");
}

#[test]
fn comparison_and_lint_ignore_packets() {
    let files = Files::new("packets-compare");
    let [server, _, wire] = written(&files);
    let other = files.write("other.jsonl", &server_trace().replace("\"shop\"", "\"bank\""));
    for command in [&["compare"][..], &["compare", "--json"], &["lint"]] {
        let without = run(&[command, &[server.as_str(), &other]].concat());
        let with = run(&[command, &[server.as_str(), &wire, &other]].concat());
        assert_eq!((&with.out, with.code), (&without.out, without.code), "{command:?}");
    }
}

#[test]
fn commands_that_need_sockets_name_the_recording_of_packets() {
    let files = Files::new("packets-alone");
    let [_, _, wire] = written(&files);
    let page = files.path("a.html");
    for command in [
        &["compare", &wire][..],
        &["lint", &wire],
        &["verify", &wire, "--strace", "none.log"],
        &["report", &wire, "-o", &page],
        &["layers", &wire],
        &["show", "--summary", &wire],
    ] {
        let ran = run(command);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{command:?}");
        assert!(ran.err.contains("wire.jsonl has packets, but no socket calls"), "{command:?}: {ran:?}");
    }
}

#[test]
fn capture_that_begins_within_a_connection_can_be_drawn() {
    let files = Files::new("packets-midway");
    let without_syn = |line: &&str| !line.contains(r#""flags":"SYN"#);
    let events: Vec<&str> = wire_trace().lines().filter(without_syn).collect();
    let wire = files.write("midway.jsonl", &(events.join("\n") + "\n"));
    let drawn = run(&["sequence", &wire]);
    assert!(drawn.out.contains("client: 127.0.0.1:51234") && drawn.out.contains("FIN ACK"), "{drawn:?}");
    // Numbers cannot count from a SYN that is unknown.
    let shown = run(&["show", &wire, "--op", "packet"]);
    assert!(shown.out.contains("(absolute)"), "{shown:?}");
}

#[test]
fn capture_is_named_where_a_trace_is_needed() {
    let files = Files::new("packets-capture");
    let capture = files.write("shop.pcapng", "\n\r\r\n\x1c");
    let shown = run(&["show", &capture]);
    assert_eq!(shown.code, Some(2));
    assert!(shown.err.contains("socket-trace import") && shown.err.contains("shop.pcapng"), "{shown:?}");
}
