use crate::files::{Files, client_trace, run, server_trace};

#[test]
fn layers_command_draws_call_as_text_and_json() {
    let files = Files::new("layers");
    let server = files.write("server.jsonl", server_trace());
    let map = run(&["layers", &server]);
    assert_eq!((map.code, map.err.as_str()), (Some(0), ""));
    assert!(
        map.out.starts_with(
            "GET /   (call 0 on shop-server #2)\n\nclient → server: 1 message, 1 part, 1 read\n"
        )
    );
    assert!(map.out.contains("│ request head 18 B │"), "{}", map.out);
    let map = run(&["layers", "--json", &server, "--sock", "2", "--call", "0", "--step", "get a book"]);
    let map: serde_json::Value = serde_json::from_str(&map.out).unwrap();
    assert_eq!(map["ways"][1]["to"], "client");
    assert_eq!(map["ways"][1]["levels"][0]["blocks"][0]["to"], 27);
}

#[test]
fn missing_call_or_payload_exits_with_2() {
    let files = Files::new("layers-nothing");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    for arguments in [&["layers", &server, "--call", "1"][..], &["layers", &client]] {
        let map = run(arguments);
        assert!(map.code == Some(2) && map.out.is_empty(), "{map:?}");
    }
}
