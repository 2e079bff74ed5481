//! Endings of gRPC connections.

use std::process::Command;

use clients::{Client as _, Grpc};
use hardening_http::Limits;
use socket_trace::why::{Cause, Ender, Level};
use tokio::io::AsyncWriteExt as _;

use super::peers::{Program, grpc_python, grpcio_server, run};
use super::scene::{Scene, assert_ending, read_to_end};
use crate::support::api::Server;
use crate::support::http2::{self, frame};
use crate::support::program::find;

const PROTO: [&str; 4] = [
    "-import-path",
    concat!(env!("CARGO_MANIFEST_DIR"), "/../proto"),
    "-proto",
    "bookshelf/v1/bookshelf.proto",
];

/// Runs grpcurl against the server, with the contract from its file. Returns the explanation of its connection.
async fn grpcurl(arguments: &[&str], method: &str) -> Option<socket_trace::why::Explanation> {
    let grpcurl = find("grpcurl")?;
    let scene = Scene::new();
    let server = Server::limited::<Grpc>(&scene.server, Limits::default()).await;
    let (address, method) = (server.address.to_string(), format!("bookshelf.v1.BookshelfService/{method}"));
    run(grpcurl, &[&["-plaintext"][..], &PROTO, arguments, &[&address, &method]].concat()).await;
    Some(scene.explained().await)
}

#[tokio::test]
async fn client_that_closes_after_the_trailers_loses_no_call() {
    for id in [r#"{"id": 1}"#, r#"{"id": 99}"#] {
        let Some(explanation) = grpcurl(&["-d", id], "GetBook").await else { return };
        assert_ending(&explanation, (Ender::Client, Level::Grpc, Cause::Goaway), &[]);
        assert_eq!((explanation.completed, explanation.reset), (1, 0));
        assert_eq!(explanation.disconnect_error.as_deref(), Some("subchannel shutdown"));
    }
}

/// grpcurl cancels the call with RST_STREAM before it closes.
#[tokio::test]
async fn deadline_of_grpcurl_cancels_the_call() {
    let Some(explanation) = grpcurl(&["-max-time", "0.2"], "WatchBooks").await else { return };
    assert_ending(&explanation, (Ender::Client, Level::Grpc, Cause::Goaway), &[]);
    assert_eq!((explanation.completed, explanation.reset), (0, 1));
}

#[tokio::test]
async fn shutdown_of_tonic_interrupts_a_stream() {
    let scene = Scene::new();
    let server = Server::limited::<Grpc>(&scene.server, Limits::default()).await;
    let mut watch = Grpc::watch(&scene.client, server.address, 1).await.unwrap();
    server.shutdown.cancel();
    let next = clients::Watch::next(&mut watch).await;
    assert!(!matches!(next, Ok(Some(_))));
    drop(watch);
    let explanation = scene.explained().await;
    assert_eq!(
        (explanation.ended_by, explanation.cause),
        (Ender::Server, Cause::Shutdown),
        "{explanation:#?}"
    );
}

/// Calls an unknown method of a server of grpcio, and waits until it closes the connection.
async fn grpcio(arguments: &str, ending: (Ender, Level, Cause)) {
    let Some((_python, address)) = grpcio_server(arguments) else { return };
    let scene = Scene::new();
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/a.B/C"),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let head = frame(http2::HEADERS, http2::END_HEADERS, 1, &http2::fields(&fields));
    let message = frame(http2::DATA, http2::END_STREAM, 1, &[0; 5]);
    let settings = frame(http2::SETTINGS, 0, 0, &[]);
    let mut client = scene.saying(address, [http2::PREFACE, &settings, &head, &message].concat()).await;
    read_to_end(&mut client).await;
    drop(client);
    let explanation = scene.explained().await;
    assert_ending(&explanation, ending, &[]);
    assert_eq!(explanation.completed, 1);
}

#[tokio::test]
async fn maximum_age_of_grpcio_is_named() {
    let ending = (Ender::Server, Level::Grpc, Cause::MaxConnectionAge);
    grpcio("('grpc.max_connection_age_ms', 100), ('grpc.max_connection_age_grace_ms', 100)", ending).await;
}

#[tokio::test]
async fn maximum_idle_time_of_grpcio_is_an_idle_timeout() {
    grpcio("('grpc.max_connection_idle_ms', 100)", (Ender::Server, Level::Grpc, Cause::IdleTimeout)).await;
}

/// A server that accepts the call, and then acknowledges nothing.
#[tokio::test]
async fn unanswered_ping_of_grpcio_is_a_keep_alive_timeout() {
    let Some(python) = grpc_python() else { return };
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let script = format!(
        "import grpc\n\
         channel = grpc.insecure_channel('{address}', options=[('grpc.keepalive_time_ms', 50), \
         ('grpc.keepalive_timeout_ms', 100)])\n\
         call = channel.unary_unary('/a.B/C')\n\
         try: call(b'', timeout=5, wait_for_ready=False)\n\
         except grpc.RpcError: pass\n"
    );
    let _client = Program::start(Command::new(python).args(["-c", &script]));
    let (mut server, _) = listener.accept().await.unwrap();
    drop(listener);
    let settings = frame(http2::SETTINGS, 0, 0, &[]);
    server.write_all(&[settings, frame(http2::SETTINGS, http2::ACK, 0, &[])].concat()).await.unwrap();
    read_to_end(&mut server).await;
    drop(server);
    let explanation = scene.explained().await;
    assert_eq!(
        (explanation.ended_by, explanation.cause),
        (Ender::Client, Cause::KeepAliveTimeout),
        "{explanation:#?}"
    );
    eprintln!("{explanation:#?}");
    assert_eq!(explanation.disconnect_error.as_deref(), Some("connection timed out"));
}
