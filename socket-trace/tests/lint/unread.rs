//! A server that refuses an upload and closes, and one that reads the upload to its end. Only Linux reports
//! unread bytes.
#![cfg(target_os = "linux")]

use std::io::ErrorKind;

use socket_tap::Tap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

#[tokio::test]
async fn upload_refused_before_its_end_is_reported() {
    let recorded = Recorded::server("unread");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(b"POST /").await.unwrap();
    server.read_exact(&mut [0; 6]).await.unwrap();
    client.write_all(&[0; 1_000]).await.unwrap();
    server.get_ref().readable().await.unwrap();
    server.write_all(b"413").await.unwrap();
    drop((server, listener));
    // The client gets a reset instead of the response, as the finding explains.
    let error = client.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("unread-bytes", 1)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "close"]);
}

#[tokio::test]
async fn fully_read_upload_is_not_reported() {
    let recorded = Recorded::server("unread-drained");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(&[0; 1_000]).await.unwrap();
    client.shutdown().await.unwrap();
    server.write_all(b"413").await.unwrap();
    server.shutdown().await.unwrap();
    server.read_to_end(&mut Vec::new()).await.unwrap();
    drop((server, listener));
    let mut response = Vec::new();
    client.read_to_end(&mut response).await.unwrap();
    assert_eq!(response, b"413");
    assert_eq!(found(&recorded.report().await), []);
}

/// A gRPC client may close its connection while the server still sends a GOAWAY frame.
#[tokio::test]
async fn half_closed_client_may_leave_response_unread() {
    let recorded = Recorded::client("unread-client");
    let listener = Recorded::server("unread-client-server").listen().await;
    let (mut client, mut server) = pair(&recorded.tap, &listener).await;
    client.shutdown().await.unwrap();
    server.write_all(b"bye").await.unwrap();
    client.get_ref().readable().await.unwrap();
    drop(client);
    assert_eq!(found(&recorded.report().await), []);
}
