//! Writes to a peer that has closed, and to one that has only finished sending.

use std::io::ErrorKind;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};

use super::recorded::{Recorded, found, pair, shown};

/// Reads to the peer's end.
async fn to_the_end(stream: &mut TapStream) {
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
}

/// Waits until the peer's reset is there.
async fn reset(stream: &TapStream) {
    stream.get_ref().ready(Interest::ERROR).await.unwrap();
}

#[tokio::test]
async fn a_peer_that_has_closed_resets_what_is_written_to_it() {
    let recorded = Recorded::server("write-after-end");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    to_the_end(&mut server).await;
    server.write_all(b"still there?").await.unwrap();
    reset(&server).await;
    let error = server.write_all(b"hello?").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["read", "write", "write"]);
    assert!(report.findings[0].what.contains("the peer had finished"), "{}", report.findings[0].what);
}

#[tokio::test]
async fn a_peer_that_has_only_finished_sending_is_answered() {
    let recorded = Recorded::server("write-after-end-half");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.shutdown().await.unwrap();
    to_the_end(&mut server).await;
    server.write_all(b"answer").await.unwrap();
    drop((server, listener));
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"answer");
    assert_eq!(found(&recorded.report().await), []);
}

/// Linux says of a reset only once.
#[tokio::test]
async fn a_program_that_writes_on_after_an_error_is_told_of() {
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
    assert!(report.findings[0].what.contains("after an error"), "{}", report.findings[0].what);
}

/// A client that left before its answer came: the server learns of it by its write.
#[tokio::test]
async fn an_answer_to_a_client_that_left_is_lost() {
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

/// It gets no error: after a FIN, Linux tells of the reset by the connection's state alone.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_written_last_to_a_peer_that_has_closed_is_missed() {
    let recorded = Recorded::server("write-after-end-last");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    to_the_end(&mut server).await;
    server.write_all(b"good-bye").await.unwrap();
    reset(&server).await;
    drop((server, listener));
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["read", "write", "close"]);
}

/// The server ended the idle connection, and the client's pool did not look.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_on_a_connection_that_the_server_has_closed_is_lost() {
    let recorded = Recorded::client("stale-connection");
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let (mut client, server) = pair(&recorded.tap, &listener).await;
    drop(server);
    client.get_ref().readable().await.unwrap();
    client.write_all(b"ask").await.unwrap();
    reset(&client).await;
    to_the_end(&mut client).await;
    drop(client);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("write-after-end", 1)]);
    assert_eq!(shown(&report, 0, 0), ["write", "read", "close"]);
    assert!(report.findings[0].what.contains("not answered"), "{}", report.findings[0].what);
}
