//! Endings of WebSocket connections, and of GraphQL over WebSocket (graphql-transport-ws).

use clients::Graphql;
use hardening_http::Limits;
use socket_tap::TapStream;
use socket_trace::why::{Cause, Ender, Explanation, Level, Processed, Retry};
use tokio::io::AsyncWriteExt as _;

use super::peers::run;
use super::scene::{Scene, assert_ending, read_to_end, read_until};
use crate::support::api::Server;
use crate::support::program::{find, find_node_package};

const UPGRADE: &str = "GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    sec-websocket-protocol: graphql-transport-ws\r\n\r\n";

/// A text frame of a client, masked with zeros.
fn text(message: &str) -> Vec<u8> {
    assert!(message.len() < 126);
    [&[0x81, 0x80 | u8::try_from(message.len()).unwrap(), 0, 0, 0, 0][..], message.as_bytes()].concat()
}

const INIT: &str = r#"{"type":"connection_init"}"#;

/// Sends these frames over a WebSocket of the GraphQL server, and reads until it closes.
async fn closed_after(frames: &[u8]) -> Explanation {
    let scene = Scene::new();
    let server = Server::limited::<Graphql>(&scene.server, Limits::default()).await;
    let mut client = upgraded(&scene, &server).await;
    client.write_all(frames).await.unwrap();
    read_to_end(&mut client).await;
    drop(client);
    scene.explained().await
}

async fn upgraded(scene: &Scene, server: &Server) -> TapStream {
    let mut client = scene.saying(server.address, UPGRADE).await;
    read_until(&mut client, b"\r\n\r\n").await;
    client
}

/// Asserts that the server sent a close frame with this code.
#[track_caller]
fn assert_code(explanation: &Explanation, code: &str, calls: &[(Processed, Retry)]) {
    assert_ending(explanation, (Ender::Server, Level::Websocket, Cause::WebsocketClose), calls);
    assert!(explanation.reason.contains(code), "{}", explanation.reason);
}

#[tokio::test]
async fn close_codes_of_graphql_are_named() {
    let subscribe = r#"{"id":"1","type":"subscribe","payload":{"query":"{a}"}}"#;
    for (messages, code, calls) in [
        (&[r#"{"type":"nonsense"}"#][..], "4400", &[][..]),
        // Only the server knows that it did not execute the query.
        (&[subscribe], "4401", &[(Processed::Unknown, Retry::Safe)]),
        (&[INIT, INIT], "4429", &[]),
    ] {
        let frames: Vec<u8> = messages.iter().flat_map(|message| text(message)).collect();
        assert_code(&closed_after(&frames).await, code, calls);
    }
}

#[tokio::test]
async fn unmasked_frame_is_a_protocol_error() {
    let explanation = closed_after(&[0x81, 1, b'a']).await;
    assert_ending(&explanation, (Ender::Server, Level::Websocket, Cause::ProtocolError), &[]);
    assert!(explanation.evidence.iter().any(|it| it.what.contains("1002")), "{explanation:#?}");
}

#[tokio::test]
async fn shutdown_of_a_server_is_code_1001() {
    let scene = Scene::new();
    let server = Server::limited::<Graphql>(&scene.server, Limits::default()).await;
    let mut client = upgraded(&scene, &server).await;
    client.write_all(&text(INIT)).await.unwrap();
    read_until(&mut client, b"connection_ack").await;
    server.shutdown.cancel();
    read_until(&mut client, &[0x03, 0xe9]).await;
    drop(client);
    assert_code(&scene.explained().await, "1001", &[]);
}

#[tokio::test]
async fn normal_closure_of_a_node_client_is_the_clients() {
    let Some(node) = find("node").filter(|_| find_node_package("ws")) else { return };
    let scene = Scene::new();
    let server = Server::limited::<Graphql>(&scene.server, Limits::default()).await;
    let script = format!(
        "const {{ WebSocket }} = require('ws'); const socket = new WebSocket('ws://{}/graphql', 'graphql-transport-ws'); \
         socket.on('open', () => socket.close(1000, 'done'));",
        server.address
    );
    run(node, &["-e", &script]).await;
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Client, Level::Websocket, Cause::WebsocketClose), &[]);
    assert!(explanation.reason.contains("1000 done"), "{}", explanation.reason);
}
