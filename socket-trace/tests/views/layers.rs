use crate::files::{CLIENT, Files, SERVER, run};

#[test]
fn a_call_is_mapped_for_the_eye_and_for_a_machine() {
    let files = Files::new("layers");
    let server = files.write("server.jsonl", SERVER);
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
fn what_is_not_there_is_no_map() {
    let files = Files::new("layers-nothing");
    let (server, client) = (files.write("server.jsonl", SERVER), files.write("client.jsonl", CLIENT));
    let map = run(&["layers", &server, "--call", "1"]);
    assert!(map.code == Some(2) && map.err.contains("there is no such call in the recording"), "{map:?}");
    let map = run(&["layers", &client]);
    assert!(map.code == Some(2) && map.err.contains("no payload was recorded"), "{map:?}");
}
