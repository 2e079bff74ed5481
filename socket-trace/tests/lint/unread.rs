//! An upload that is refused and cut off, and one that is read to its end. Only Linux tells what is unread.
#![cfg(target_os = "linux")]

use std::io::ErrorKind;

use socket_tap::Tap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

#[tokio::test]
async fn an_upload_that_is_cut_off_loses_its_answer_to_a_reset() {
    let recorded = Recorded::server("unread");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(b"POST /").await.unwrap();
    server.read_exact(&mut [0; 6]).await.unwrap();
    client.write_all(&[0; 1_000]).await.unwrap();
    server.get_ref().readable().await.unwrap();
    server.write_all(b"413").await.unwrap();
    drop((server, listener));
    // What the finding says of the other side: it is told of a reset.
    let error = client.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("unread-bytes", 1)]);
    assert_eq!(report.findings[0].what, "1 connection closed with 1000 bytes unread.");
    assert_eq!(shown(&report, 0, 0), ["accept", "close"]);
}

#[tokio::test]
async fn an_upload_that_is_read_to_its_end_is_answered() {
    let recorded = Recorded::server("unread-drained");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(&[0; 1_000]).await.unwrap();
    client.shutdown().await.unwrap();
    server.write_all(b"413").await.unwrap();
    server.shutdown().await.unwrap();
    server.read_to_end(&mut Vec::new()).await.unwrap();
    drop((server, listener));
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"413");
    assert_eq!(found(&recorded.report().await), []);
}

/// A gRPC client that hangs up while the server says good-bye.
#[tokio::test]
async fn a_client_that_has_said_all_may_leave_the_rest_unread() {
    let recorded = Recorded::client("unread-client");
    let listener = Recorded::server("unread-client-server").listen().await;
    let (mut client, mut server) = pair(&recorded.tap, &listener).await;
    client.shutdown().await.unwrap();
    server.write_all(b"bye").await.unwrap();
    client.get_ref().readable().await.unwrap();
    drop(client);
    assert_eq!(found(&recorded.report().await), []);
}
