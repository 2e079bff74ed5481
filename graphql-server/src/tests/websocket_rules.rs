//! Tests of the rules of `graphql-transport-ws`: its limits, and the violations that close the connection.

use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;

use super::support::Service;
use hardening_graphql::limits::{KEEP_ALIVE, MAX_OPERATIONS, MAX_REQUEST_BYTES, SEND_TIMEOUT};

const CHANGES: &str = "subscription{bookChanged{kind}}";

/// Returns a frame as a client sends it, with a mask of zeros.
fn masked(head: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    // A length of 126 means that the next two bytes are the length.
    let length = if length < 126 { vec![0x80 | length] } else { vec![0xfe, 0, length] };
    [&[head], length.as_slice(), &[0; 4], payload].concat()
}

#[tokio::test]
async fn invalid_message_closes_the_connection() {
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
async fn invalid_frame_closes_the_connection() {
    let text = br#"{"type":"ping"}"#;
    for (name, frame, code) in [
        ("not UTF-8", masked(0x81, &[0xff]), 1007),
        ("close reason is not UTF-8", masked(0x88, &[0x03, 0xe8, 0xff]), 1007),
        ("reserved bit", masked(0xc1, text), 1002),
        ("reserved opcode", masked(0x83, text), 1002),
        ("not masked", [&[0x81, 15], text.as_slice()].concat(), 1002),
        ("long ping", masked(0x89, &[0; 126]), 1002),
        ("fragmented ping", masked(0x09, text), 1002),
        ("continuation without a start", masked(0x80, text), 1002),
    ] {
        let mut client = Service::new().ready().await;
        client.0.get_mut().write_all(&frame).await.unwrap();
        assert_eq!(client.closed().await.0, code, "{name}");
    }
}

#[tokio::test]
async fn pong_returns_the_payload_of_ping() {
    let mut client = Service::new().client().await;
    client.ping().await;
    client.send(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(client.receive().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    client.send(json!({ "type": "pong" })).await;
    client.ping().await;
}

#[tokio::test]
async fn operation_before_connection_init_is_unauthorized() {
    let mut client = Service::new().client().await;
    client.subscribe("1", CHANGES).await;
    assert_eq!(client.closed().await.0, 4401);
}

#[tokio::test]
async fn missing_connection_init_times_out() {
    let mut client = Service::new().client().await;
    // A paused clock advances whenever all tasks wait.
    tokio::time::pause();
    assert_eq!(client.closed().await.0, 4408);
}

#[tokio::test]
async fn second_connection_init_closes_the_connection() {
    let mut client = Service::new().ready().await;
    client.send(json!({ "type": "connection_init" })).await;
    assert_eq!(client.closed().await.0, 4429);
}

#[tokio::test]
async fn duplicate_operation_id_closes_the_connection() {
    let mut client = Service::new().ready().await;
    client.subscribe("one", CHANGES).await;
    client.subscribe("one", CHANGES).await;
    assert_eq!(client.closed().await.0, 4409);
    // A close reason is limited to 123 bytes, an id is not.
    let mut client = Service::new().ready().await;
    let long = "é".repeat(1000);
    client.subscribe(&long, CHANGES).await;
    client.subscribe(&long, CHANGES).await;
    assert_eq!(client.closed().await.0, 4409);
}

#[tokio::test]
async fn number_of_concurrent_operations_is_limited() {
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
async fn long_message_closes_the_connection() {
    let mut client = Service::new().ready().await;
    client.0.send(Message::text("x".repeat(MAX_REQUEST_BYTES + 1))).await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
    // This message exceeds the limit of tungstenite, too.
    let mut client = Service::new().ready().await;
    client.0.send(Message::text("x".repeat(4 * MAX_REQUEST_BYTES))).await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn client_that_does_not_read_is_disconnected() {
    let mut client = Service::new().ready().await;
    // More than the socket buffers on both sides hold.
    let list = |n| format!("a{n}:books(first:100){{nodes{{id title year revision author{{id name}}}}}} ");
    let long = format!("{{{}}}", (0..6).map(list).collect::<String>());
    for n in 0..1_500 {
        client.subscribe(&n.to_string(), &long).await;
    }
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    // A paused clock advances when all tasks wait: here the server waits in a send. On a busy machine it can also wait
    // for requests that the kernel has not delivered yet, so one timeout may pass before it sends.
    let started = Instant::now();
    tokio::time::pause();
    while tasks() >= before {
        assert!(started.elapsed() < Duration::from_secs(60), "the client is still connected");
        tokio::time::sleep(SEND_TIMEOUT).await;
    }
}

#[tokio::test]
async fn client_that_sends_no_pong_is_disconnected() {
    let mut client = Service::new().ready().await;
    client.ping().await;
    tokio::time::pause();
    // A client that does not read does not respond to pings.
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    while tasks() >= before {
        tokio::time::advance(KEEP_ALIVE).await;
    }
}

#[tokio::test]
async fn incomplete_message_times_out() {
    let mut client = Service::new().client().await;
    let init = masked(0x81, br#"{"type":"connection_init"}"#);
    client.0.get_mut().write_all(&[init, masked(0x01, b"{")].concat()).await.unwrap();
    assert_eq!(client.receive().await, json!({ "type": "connection_ack" }));
    tokio::time::pause();
    // The client responds to pings in the meantime.
    let closed = tokio::time::timeout(5 * KEEP_ALIVE, client.closed()).await.unwrap();
    assert_eq!(closed.0, 1008);
}

#[tokio::test]
async fn fragmented_message_is_accepted() {
    let mut client = Service::new().ready().await;
    tokio::time::pause();
    for _ in 0..3 {
        client.0.get_mut().write_all(&masked(0x01, br#"{"type":"#)).await.unwrap();
        client.is_pinged().await;
        client.0.get_mut().write_all(&masked(0x80, br#""ping"}"#)).await.unwrap();
        assert_eq!(client.receive().await, json!({ "type": "pong" }));
    }
}
