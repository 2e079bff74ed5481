//! Writes to a peer that has closed its socket, and to one that has only finished sending.

use std::io::ErrorKind;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};

use super::recorded::{Recorded, found, pair, shown};

/// Reads the end of stream, and asserts that no data precedes it.
async fn read_eof(stream: &mut TapStream) {
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
}

/// Waits until the peer's RST has arrived.
async fn reset(stream: &TapStream) {
    stream.get_ref().ready(Interest::ERROR).await.unwrap();
}

#[tokio::test]
async fn writes_after_close_by_peer_are_reported() {
    let recorded = Recorded::server("write-after-end");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    read_eof(&mut server).await;
    server.write_all(b"still there?").await.unwrap();
    reset(&server).await;
    let error = server.write_all(b"hello?").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["read", "write", "write"]);
}

#[tokio::test]
async fn response_to_half_closed_peer_is_not_reported() {
    let recorded = Recorded::server("write-after-end-half");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.shutdown().await.unwrap();
    read_eof(&mut server).await;
    server.write_all(b"response").await.unwrap();
    drop((server, listener));
    let mut response = Vec::new();
    client.read_to_end(&mut response).await.unwrap();
    assert_eq!(response, b"response");
    assert_eq!(found(&recorded.report().await), []);
}

/// Linux returns the error for a RST to only one call, here to the read.
#[tokio::test]
async fn write_after_an_error_is_reported() {
    let recorded = Recorded::server("write-after-reset");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    server.write_all(b"unread").await.unwrap();
    client.get_ref().readable().await.unwrap();
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(server.write_all(b"on").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["read", "write"]);
}

/// The client closes before the response arrives. The server notices that by a failed write.
#[tokio::test]
async fn response_to_a_closed_client_is_reported() {
    let recorded = Recorded::server("write-refused");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    server.write_all(b"first").await.unwrap();
    client.get_ref().readable().await.unwrap();
    drop(client);
    reset(&server).await;
    assert_eq!(server.write_all(b"second").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["write", "write"]);
}

/// The write itself returns no error. After a FIN, Linux shows the RST that answers the write only in the
/// state of the socket.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn last_write_to_a_closed_peer_is_reported() {
    let recorded = Recorded::server("write-after-end-last");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    read_eof(&mut server).await;
    server.write_all(b"good-bye").await.unwrap();
    reset(&server).await;
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["read", "write", "close"]);
}

/// The server has closed the idle connection, and the client did not check before its request.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn request_on_a_closed_connection_is_reported() {
    let recorded = Recorded::client("stale-connection");
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let (mut client, server) = pair(&recorded.tap, &listener).await;
    drop(server);
    client.get_ref().readable().await.unwrap();
    client.write_all(b"ask").await.unwrap();
    reset(&client).await;
    read_eof(&mut client).await;
    drop(client);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["write", "read", "close"]);
}
