use std::process::Stdio;

use crate::files::{CLIENT, Files, SERVER, command, run};

#[test]
fn several_recordings_are_shown_on_one_time_line() {
    let files = Files::new("show-several");
    let (server, client) = (files.write("server.jsonl", SERVER), files.write("client.jsonl", CLIENT));
    let shown = run(&["show", &server, &client]);
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""));
    let calls: Vec<&str> = shown.out.lines().skip(2).map(|line| line.get(..11).unwrap()).collect();
    let order =
        ["server"; 4].into_iter().chain(["client"; 1]).chain(["client", "server", "client", "server"]);
    let order: Vec<String> = order.map(|side| format!("shop-{side}")).collect();
    assert_eq!(calls[..9], order, "{}", shown.out);
    assert!(shown.out.contains("   ↔ shop-client #1\n"), "{}", shown.out);
}

#[test]
fn filters_that_leave_nothing_say_so() {
    let files = Files::new("show-nothing");
    let server = files.write("server.jsonl", SERVER);
    for filter in [
        &["--sock", "9"][..],
        &["--connection", "9"],
        &["--peer", "127.0.0.2"],
        &["--op", "gap,sendto"],
        &["--since", "1"],
        &["--until", "0.000005", "--op", "read"],
    ] {
        let shown = run(&[&["show", &server], filter].concat());
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert_eq!(shown.err, "socket-trace: warning: no event passes the filters\n", "{filter:?}");
        assert_eq!(shown.out.lines().count(), 1, "{shown:?}");
    }
    let shown = run(&["show", &server, "--step", "no such step"]);
    let steps = "socket-trace: warning: no event passes the filters; steps: \"get a book\"\n";
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), steps));
    let shown = run(&["show", &server, "--op", "read,write", "--since", "0.00005", "--until", "0.00005"]);
    assert_eq!((shown.out.lines().count(), shown.err.as_str()), (2, ""), "{shown:?}");
}

#[test]
fn wrong_filters_are_explained() {
    let files = Files::new("show-wrong");
    let server = files.write("server.jsonl", SERVER);
    for (filter, said) in [
        ("--op=recv", "invalid value 'recv' for '--op"),
        ("--since=-1", "must be seconds from 0 on"),
        ("--until=soon", "must be seconds, such as 10 or 0.25"),
        ("--until=1e99", "must be seconds from 0 on"),
    ] {
        let shown = run(&["show", &server, filter]);
        assert!(shown.code == Some(2) && shown.err.contains(said), "{shown:?}");
    }
    for together in [["--bytes", "--json"], ["--bytes", "--summary"]] {
        assert_eq!(run(&["show", &server, together[0], together[1]]).code, Some(2));
    }
}

#[test]
fn bytes_that_were_not_recorded_are_missed() {
    let files = Files::new("show-bytes");
    let (server, client) = (files.write("server.jsonl", SERVER), files.write("client.jsonl", CLIENT));
    let shown = run(&["show", "--bytes", &client]);
    assert!(shown.err.contains("no payload was recorded") && shown.err.contains("--capture"), "{shown:?}");
    let shown = run(&["show", "--bytes", &server]);
    assert!(shown.err.is_empty() && shown.out.contains("|GET / HTTP/1.1..|"), "{shown:?}");
}

#[test]
fn a_trace_comes_from_standard_input_too() {
    let mut child =
        command().args(["show", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), SERVER.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    let events: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
    assert_eq!((events.len(), &events[5]["carried"][0]["text"]), (8, &"GET /".into()));
}

#[test]
fn endings_are_warned_of_for_each_trace() {
    let files = Files::new("show-endings");
    let cut = files.write("cut.jsonl", SERVER.rsplit_once("{\"end\"").unwrap().0);
    let torn = files.write("torn.jsonl", CLIENT.split_at(CLIENT.len() - 60).0);
    let shown = run(&["show", &cut, &torn]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.err.contains("cut.jsonl"), "{}", shown.err);
    assert!(shown.err.contains("torn.jsonl"), "{}", shown.err);
}

#[test]
fn help_teaches() {
    for (command, taught) in [
        ("show", ["--step", "--follow", "Exit codes: 0", "c1, c2"]),
        ("sequence", ["--to", "mermaid", "Exit codes: 0", "Of a side that was not recorded"]),
        ("layers", ["--call", "--json", "Exit codes: 0", "no borders between messages"]),
    ] {
        let help = run(&[command, "--help"]);
        assert!(help.code == Some(0) && help.out.contains("Examples:"), "{help:?}");
        let words = help.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(taught.iter().all(|word| words.contains(word)), "{words}");
        assert!(help.out.lines().all(|line| line.chars().count() <= 100), "{}", help.out);
    }
}
