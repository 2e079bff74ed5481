//! `graphql-transport-ws`, rule by rule: what ends a connection.

use futures_util::SinkExt as _;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::support::Service;
use hardening_graphql::limits::{KEEP_ALIVE, MAX_OPERATIONS, MAX_REQUEST_BYTES, SEND_TIMEOUT};

const CHANGES: &str = "subscription{bookChanged{kind}}";

/// A frame of a client, with a mask that changes nothing.
fn masked(head: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    // A length of 126 stands for the two bytes behind it.
    let length = if length < 126 { vec![0x80 | length] } else { vec![0xfe, 0, length] };
    [&[head], length.as_slice(), &[0; 4], payload].concat()
}

#[tokio::test]
async fn a_message_must_be_one_of_the_protocol() {
    for message in [
        "",
        "{",
        "[]",
        r#"["ping",null,null]"#,
        "{}",
        r#"{"type":1}"#,
        r#"{"type":"nonsense"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"connection_init","payload":1}"#,
        r#"{"type":"ping","payload":[]}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"{}"}}"#,
    ] {
        let mut client = Service::new().ready().await;
        client.0.send(Message::text(message)).await.unwrap();
        assert_eq!(client.closed().await.0, 4400, "{message}");
    }
    let mut client = Service::new().ready().await;
    client.0.send(Message::binary(br#"{"type":"ping"}"#.to_vec())).await.unwrap();
    assert_eq!(client.closed().await.0, 4400);
}

#[tokio::test]
async fn a_frame_must_be_one_of_the_transport() {
    let text = br#"{"type":"ping"}"#;
    for (what, frame, code) in [
        ("not UTF-8", masked(0x81, &[0xff]), 1007),
        ("a reason that is not UTF-8", masked(0x88, &[0x03, 0xe8, 0xff]), 1007),
        ("a reserved bit", masked(0xc1, text), 1002),
        ("a reserved opcode", masked(0x83, text), 1002),
        ("not masked", [&[0x81, 15], text.as_slice()].concat(), 1002),
        ("a long ping", masked(0x89, &[0; 126]), 1002),
        ("a ping in parts", masked(0x09, text), 1002),
        ("the rest of nothing", masked(0x80, text), 1002),
    ] {
        let mut client = Service::new().ready().await;
        client.0.get_mut().write_all(&frame).await.unwrap();
        assert_eq!(client.closed().await.0, code, "{what}");
    }
}

#[tokio::test]
async fn ping_may_come_at_any_time_and_its_payload_comes_back() {
    let mut client = Service::new().client().await;
    client.ping().await;
    client.send(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(client.receive().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    client.send(json!({ "type": "pong" })).await;
    client.ping().await;
}

#[tokio::test]
async fn no_operation_before_the_connection_is_acknowledged() {
    let mut client = Service::new().client().await;
    client.subscribe("1", CHANGES).await;
    assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn init_must_come_in_time() {
    let mut client = Service::new().client().await;
    // The clock jumps ahead whenever nothing else can happen.
    tokio::time::pause();
    assert_eq!(client.closed().await, (4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test]
async fn init_must_come_only_once() {
    let mut client = Service::new().ready().await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.closed().await, (4429, "Too many initialisation requests".to_owned()));
}

#[tokio::test]
async fn an_id_names_one_operation_at_a_time() {
    let mut client = Service::new().ready().await;
    client.subscribe("one", CHANGES).await;
    client.subscribe("one", CHANGES).await;
    assert_eq!(client.closed().await, (4409, "Subscriber for one already exists".to_owned()));
    // A reason has a limit that an id has not.
    let mut client = Service::new().ready().await;
    let long = "é".repeat(1000);
    client.subscribe(&long, CHANGES).await;
    client.subscribe(&long, CHANGES).await;
    assert_eq!(client.closed().await.0, 4409);
}

#[tokio::test]
async fn a_connection_runs_so_many_operations_and_no_more() {
    let mut client = Service::new().ready().await;
    for n in 0..MAX_OPERATIONS {
        client.subscribe(&n.to_string(), CHANGES).await;
    }
    client.ping().await;
    client.subscribe("one more", CHANGES).await;
    let error = client.receive().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("one more")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "LIMIT_REACHED");
    client.send(json!({ "type": "complete", "id": "0" })).await;
    client.subscribe("one more", CHANGES).await;
    client.ping().await;
}

#[tokio::test]
async fn a_message_has_a_limit() {
    let mut client = Service::new().ready().await;
    client.0.send(Message::text("x".repeat(MAX_REQUEST_BYTES + 1))).await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
    // So long that the transport itself does not take it.
    let mut client = Service::new().ready().await;
    client.0.send(Message::text("x".repeat(4 * MAX_REQUEST_BYTES))).await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_dropped() {
    let mut client = Service::new().ready().await;
    // More than the sockets on both sides hold for it.
    let list = |n| format!("a{n}:books(first:100){{nodes{{id title year revision author{{id name}}}}}} ");
    let long = format!("{{{}}}", (0..6).map(list).collect::<String>());
    for n in 0..1_500 {
        client.subscribe(&n.to_string(), &long).await;
    }
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    // The clock jumps ahead when nothing else can happen: when the server waits in its send.
    tokio::time::pause();
    tokio::time::sleep(2 * SEND_TIMEOUT).await;
    assert!(tasks() < before);
}

#[tokio::test]
async fn a_client_that_falls_silent_is_dropped() {
    let mut client = Service::new().ready().await;
    client.ping().await;
    tokio::time::pause();
    // It does not read, and so its transport does not answer the pings. The server's task ends without it.
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    while tasks() >= before {
        tokio::time::advance(KEEP_ALIVE).await;
    }
}

#[tokio::test]
async fn a_message_that_never_ends_is_not_waited_for() {
    let mut client = Service::new().client().await;
    let init = masked(0x81, br#"{"type":"connection_init"}"#);
    client.0.get_mut().write_all(&[init, masked(0x01, b"{")].concat()).await.unwrap();
    assert_eq!(client.receive().await, json!({ "type": "connection_ack" }));
    tokio::time::pause();
    // Meanwhile its transport answers the pings.
    let closed = tokio::time::timeout(5 * KEEP_ALIVE, client.closed()).await.unwrap();
    assert_eq!(closed, (1008, "Message timeout".to_owned()));
}

#[tokio::test]
async fn a_message_in_parts_has_time() {
    let mut client = Service::new().ready().await;
    tokio::time::pause();
    for _ in 0..3 {
        client.0.get_mut().write_all(&masked(0x01, br#"{"type":"#)).await.unwrap();
        client.is_pinged().await;
        client.0.get_mut().write_all(&masked(0x80, br#""ping"}"#)).await.unwrap();
        assert_eq!(client.receive().await, json!({ "type": "pong" }));
    }
}
