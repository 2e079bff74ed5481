use std::process::Stdio;

use crate::files::{Files, client_trace, command, run, server_trace};

#[test]
fn several_recordings_share_a_time_line() {
    let files = Files::new("show-several");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
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
fn filters_without_matching_event_print_a_warning() {
    let files = Files::new("show-nothing");
    let server = files.write("server.jsonl", server_trace());
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
        assert_eq!(shown.err.lines().count(), 1, "{filter:?}: {}", shown.err);
        assert_eq!(shown.out.lines().count(), 1, "{shown:?}");
    }
    let shown = run(&["show", &server, "--step", "no such step"]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.err.contains("\"get a book\""), "the steps of the recording: {}", shown.err);
    let shown = run(&["show", &server, "--op", "read,write", "--since", "0.00005", "--until", "0.00005"]);
    assert_eq!((shown.out.lines().count(), shown.err.as_str()), (2, ""), "{shown:?}");
}

#[test]
fn invalid_filters_exit_with_2() {
    let files = Files::new("show-wrong");
    let server = files.write("server.jsonl", server_trace());
    for filter in ["--op=recv", "--since=-1", "--until=soon", "--until=1e99"] {
        assert_eq!(run(&["show", &server, filter]).code, Some(2), "{filter}");
    }
    for together in [["--bytes", "--json"], ["--bytes", "--summary"]] {
        assert_eq!(run(&["show", &server, together[0], together[1]]).code, Some(2));
    }
}

#[test]
fn bytes_flag_without_payload_prints_a_warning() {
    let files = Files::new("show-bytes");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let shown = run(&["show", "--bytes", &client]);
    assert!(shown.code == Some(0) && shown.err.contains("--capture"), "{shown:?}");
    let shown = run(&["show", "--bytes", &server]);
    assert!(shown.err.is_empty() && shown.out.contains("|GET / HTTP/1.1..|"), "{shown:?}");
}

#[test]
fn trace_is_read_from_standard_input() {
    let mut child =
        command().args(["show", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), server_trace().as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    let events: Vec<serde_json::Value> = serde_json::from_slice(&out).unwrap();
    assert_eq!((events.len(), &events[5]["carried"][0]["text"]), (8, &"GET /".into()));
}

#[test]
fn incomplete_traces_print_a_warning() {
    let files = Files::new("show-endings");
    let cut = files.write("cut.jsonl", server_trace().rsplit_once("{\"end\"").unwrap().0);
    let torn = files.write("torn.jsonl", client_trace().split_at(client_trace().len() - 60).0);
    let shown = run(&["show", &cut, &torn]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.err.contains("cut.jsonl") && shown.err.contains("torn.jsonl"), "{}", shown.err);
}

#[cfg(target_os = "linux")]
#[test]
fn help_teaches_record_and_import() {
    insta::assert_snapshot!("help_of_record", run(&["record", "--help"]).out);
    insta::assert_snapshot!("help_of_import", run(&["import", "--help"]).out);
}

#[test]
fn help_has_examples_and_fits_100_columns() {
    for command in ["show", "sequence", "layers", "import"] {
        let help = run(&[command, "--help"]);
        assert!(help.code == Some(0) && help.out.contains("Examples:"), "{help:?}");
        assert!(help.out.contains("Exit codes: 0"), "{}", help.out);
        assert!(help.out.lines().all(|line| line.chars().count() <= 100), "{}", help.out);
    }
}
