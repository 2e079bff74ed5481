use crate::files::{Files, client_trace, run, server_trace};

#[test]
fn output_format_is_chosen_by_flag_or_extension() {
    let files = Files::new("sequence-forms");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let text = run(&["sequence", &server, &client]);
    assert!(text.code == Some(0) && text.out.contains("── SYN ──"), "{text:?}");
    let mermaid = run(&["sequence", &server, &client, "--to", "mermaid"]);
    assert!(mermaid.out.starts_with("sequenceDiagram\n"), "{mermaid:?}");
    let svg = run(&["sequence", &server, &client, "--to", "svg"]);
    assert!(svg.out.starts_with("<svg ") && svg.out.ends_with("</svg>\n"), "{svg:?}");
    for (name, drawn) in [("a.txt", text), ("a.mmd", mermaid), ("a.svg", svg)] {
        let path = files.path(name);
        let written = run(&["sequence", &server, &client, "-o", &path]);
        assert_eq!((written.code, written.out.as_str()), (Some(0), ""));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), drawn.out, "{name}");
    }
}

#[test]
fn missing_connection_exits_with_2() {
    let files = Files::new("sequence-nothing");
    let server = files.write("server.jsonl", server_trace());
    for arguments in [&["--sock", "1"][..], &["--step", "buy"], &["-o", "/nowhere/a.svg"]] {
        let drawn = run(&[&["sequence", &server], arguments].concat());
        assert!(drawn.code == Some(2) && drawn.out.is_empty(), "{drawn:?}");
    }
}

#[test]
fn several_connections_are_drawn_side_by_side() {
    let files = Files::new("sequence-several");
    let other = server_trace().replace("127.0.0.1", "127.0.0.2").replace("shop", "bank");
    let (server, other) = (files.write("server.jsonl", server_trace()), files.write("other.jsonl", &other));
    let text = run(&["sequence", &server, &other]);
    assert!(text.out.starts_with("shop                                │ bank\n"), "{text:?}");
    let svg = run(&["sequence", &server, &other, "--to", "svg"]);
    assert!(svg.out.contains(">shop</text>") && svg.out.contains(">bank</text>"), "{svg:?}");
    let mermaid = run(&["sequence", &server, &other, "--to", "mermaid"]);
    assert!(mermaid.code == Some(2) && mermaid.out.is_empty(), "{mermaid:?}");
}

#[test]
fn json_has_calls_and_implied_tcp_segments() {
    let files = Files::new("sequence-json");
    let (server, client) =
        (files.write("server.jsonl", server_trace()), files.write("client.jsonl", client_trace()));
    let json = run(&["sequence", &server, &client, "--json"]);
    let connections: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let calls = connections[0]["calls"].as_array().unwrap();
    let connect = calls.iter().find(|call| call["text"] == "connect").unwrap();
    assert_eq!((&connect["side"], &connect["sends"]), (&"client".into(), &"handshake".into()), "{json:?}");
    assert!(calls.iter().any(|call| call["sends"]["bytes"].is_u64()), "{json:?}");
    assert_eq!(run(&["sequence", &server, "--json", "--to", "svg"]).code, Some(2));
}
