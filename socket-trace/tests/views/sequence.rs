use crate::files::{CLIENT, Files, SERVER, run};

#[test]
fn the_form_is_what_is_asked_for_or_what_the_files_name_says() {
    let files = Files::new("sequence-forms");
    let (server, client) = (files.write("server.jsonl", SERVER), files.write("client.jsonl", CLIENT));
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
fn what_is_not_there_is_no_diagram() {
    let files = Files::new("sequence-nothing");
    let server = files.write("server.jsonl", SERVER);
    for (asked, said) in [
        (
            &["--sock", "1"][..],
            "#1 is no connection that begins in the recording; `show --op accept,connect`",
        ),
        (&["--step", "buy"], "no connection begins in a step \"buy\"; `show --op mark` lists the steps"),
    ] {
        let drawn = run(&[&["sequence", &server], asked].concat());
        assert!(drawn.code == Some(2) && drawn.out.is_empty() && drawn.err.contains(said), "{drawn:?}");
    }
    let drawn = run(&["sequence", &server, "-o", "/nowhere/a.svg"]);
    assert!(drawn.code == Some(2) && drawn.err.contains("cannot write /nowhere/a.svg: "), "{drawn:?}");
}

#[test]
fn several_connections_stand_beside_each_other_but_not_in_mermaid() {
    let files = Files::new("sequence-several");
    let other = SERVER.replace("127.0.0.1", "127.0.0.2").replace("shop", "bank");
    let (server, other) = (files.write("server.jsonl", SERVER), files.write("other.jsonl", &other));
    let text = run(&["sequence", &server, &other]);
    assert!(text.out.starts_with("shop                                │ bank\n"), "{text:?}");
    let svg = run(&["sequence", &server, &other, "--to", "svg"]);
    assert!(svg.out.contains(">shop</text>") && svg.out.contains(">bank</text>"), "{svg:?}");
    let mermaid = run(&["sequence", &server, &other, "--to", "mermaid"]);
    assert!(mermaid.code == Some(2) && mermaid.err.contains("Mermaid draws one connection"), "{mermaid:?}");
}

#[test]
fn as_json_it_is_the_calls_and_what_goes_across() {
    let files = Files::new("sequence-json");
    let (server, client) = (files.write("server.jsonl", SERVER), files.write("client.jsonl", CLIENT));
    let json = run(&["sequence", &server, &client, "--json"]);
    let connections: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let calls = connections[0]["calls"].as_array().unwrap();
    let connect = calls.iter().find(|call| call["text"] == "connect").unwrap();
    assert_eq!((&connect["side"], &connect["sends"]), (&"client".into(), &"handshake".into()), "{json:?}");
    assert!(calls.iter().any(|call| call["sends"]["bytes"].is_u64()), "{json:?}");
    assert_eq!(run(&["sequence", &server, "--json", "--to", "svg"]).code, Some(2));
}
