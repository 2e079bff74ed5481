//! Endings that the socket calls alone show.

use std::process::Command;
use std::time::Duration;

use axum::routing::post;
use clients::{Client as _, Rest};
use hardening_http::Limits;
use rustix::process::Signal;
use socket_tap::TapStream;
use socket_trace::why::{Cause, Ender, Level, Processed, Retry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::peers::{Program, node_server};
use super::scene::{GET, POST, Scene, assert_ending, read_to_end, read_until};
use crate::support::api::Server;
use crate::support::program::find;

#[tokio::test]
async fn refused_connect_is_explained() {
    let scene = Scene::new();
    let address = {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        closed.local_addr().unwrap()
    };
    TapStream::connect(&scene.client, address).await.unwrap_err();
    assert_ending(&scene.explained().await, (Ender::Server, Level::Socket, Cause::ConnectFailed), &[]);
}

#[tokio::test]
async fn client_that_closes_between_calls_loses_none() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, Limits::default()).await;
    let mut client = Rest::connect(&scene.client, server.address).await.unwrap();
    client.book(1).await.unwrap();
    client.close().await;
    let explanation = scene.explained().await;
    assert_ending(&explanation, (Ender::Client, Level::Socket, Cause::Close), &[]);
    assert_eq!((explanation.ends.len(), explanation.completed), (2, 1));
}

#[tokio::test]
async fn half_closed_client_gets_its_response() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, Limits::default()).await;
    let mut client = scene.saying(server.address, GET).await;
    client.shutdown().await.unwrap();
    assert!(read_to_end(&mut client).await.contains(" 200 "));
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Client, Level::Socket, Cause::Close), &[]);
}

#[tokio::test]
async fn killed_client_is_gone() {
    let Some(curl) = find("curl") else { return };
    let scene = Scene::new();
    let (server, mut requested) = scene.silent_http(Limits::default()).await;
    let client =
        Program::start(Command::new(curl).args(["-s", "-d", "{}", &format!("http://{}/", server.address)]));
    requested.recv().await.unwrap();
    client.signal(Signal::KILL);
    let ending = (Ender::Client, Level::Socket, Cause::ClientGone);
    assert_ending(&scene.explained().await, ending, &[(Processed::Unknown, Retry::Unsafe)]);
}

#[tokio::test]
async fn killed_server_is_gone() {
    let Some((mut node, address)) = node_server("http.createServer(() => console.log('called'))") else {
        return;
    };
    let scene = Scene::new();
    let mut client = scene.saying(address, POST).await;
    assert_eq!(node.line(), "called");
    node.signal(Signal::KILL);
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::ServerGone);
    assert_ending(&scene.explained().await, ending, &[(Processed::Unknown, Retry::Unsafe)]);
}

/// Without `hardening_http`, a panic of a handler ends the connection.
#[tokio::test]
async fn server_whose_handler_panics_is_gone() {
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let panics = async || -> &'static str { panic!("the handler fails") };
    tokio::spawn(axum::serve(listener, axum::Router::new().route("/", post(panics))).into_future());
    let mut client = scene.saying(address, POST).await;
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::ServerGone);
    assert_ending(&scene.explained().await, ending, &[(Processed::Unknown, Retry::Unsafe)]);
}

#[tokio::test]
async fn linger_of_zero_is_a_reset() {
    let scene = Scene::new();
    let server = Server::limited::<Rest>(&scene.server, Limits::default()).await;
    let mut client = scene.saying(server.address, GET).await;
    read_until(&mut client, b"UNIX Network").await;
    client.set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    assert_ending(&scene.explained().await, (Ender::Client, Level::Socket, Cause::Reset), &[]);
}

/// The server cannot have processed what its program did not read.
#[tokio::test]
async fn server_that_closes_without_reading_resets() {
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let mut client = scene.saying(address, POST).await;
    let (server, _) = listener.accept().await.unwrap();
    server.readable().await.unwrap();
    drop(server);
    read_to_end(&mut client).await;
    drop(client);
    let ending = (Ender::Server, Level::Socket, Cause::ResetWithUnreadBytes);
    assert_ending(&scene.explained().await, ending, &[(Processed::NotProcessed, Retry::Safe)]);
}

#[tokio::test]
async fn connection_at_the_end_of_a_cut_recording_is_open() {
    let scene = Scene::new();
    let (listener, address) = scene.listener().await;
    let client = scene.saying(address, POST).await;
    let (mut server, _) = listener.accept().await.unwrap();
    server.read_buf(&mut Vec::new()).await.unwrap();
    let explanation = scene.explained_so_far().await;
    assert_ending(
        &explanation,
        (Ender::Nobody, Level::Unknown, Cause::StillOpen),
        &[(Processed::Unknown, Retry::Unsafe)],
    );
    assert_eq!(explanation.caveats.len(), 1);
    drop((client, server));
}
