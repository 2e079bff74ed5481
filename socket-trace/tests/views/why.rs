use crate::files::{Files, client_trace, run, server_trace};

#[test]
fn json_is_one_object_per_connection() {
    let files = Files::new("why-json");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let both = run(&["why", &server, &client, "--json"]);
    let lines: Vec<serde_json::Value> =
        both.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((both.code, lines.len()), (Some(0), 1), "{both:?}");
    assert_eq!(lines[0]["ends"].as_array().map(Vec::len), Some(2));
    assert_eq!(lines[0]["ended_by"], "server");
}

#[test]
fn event_numbers_match_the_output_of_show() {
    let files = Files::new("why-events");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let why: serde_json::Value =
        serde_json::from_str(&run(&["why", &server, &client, "--json"]).out).unwrap();
    let shown: Vec<serde_json::Value> =
        serde_json::from_str(&run(&["show", &server, &client, "--json"]).out).unwrap();
    for evidence in why["evidence"].as_array().unwrap() {
        let number = usize::try_from(evidence["event"].as_u64().unwrap()).unwrap();
        assert_eq!(shown[number - 1]["at"], evidence["at"], "{evidence}");
    }
}

#[test]
fn unknown_socket_exits_with_2() {
    let files = Files::new("why-nothing");
    let server = files.write("server.jsonl", server_trace());
    let none = run(&["why", &server, "--sock", "99"]);
    assert!(none.code == Some(2) && none.out.is_empty(), "{none:?}");
}

#[test]
fn socket_number_selects_connections() {
    let files = Files::new("why-sock");
    let client = files.write("client.jsonl", client_trace());
    let all = run(&["why", &client]);
    assert_eq!(run(&["why", &client, "--sock", "1"]).out, all.out);
}
