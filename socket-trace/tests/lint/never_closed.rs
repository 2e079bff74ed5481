//! Connections that are left open, and connections that are closed.

use std::time::Duration;

use socket_tap::Tap;
use socket_trace::lint::Options;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

/// Returns options that report an open connection even if it was idle only for a moment.
fn without_idle_time() -> Options {
    Options { idle: Duration::ZERO, ..Options::default() }
}

#[tokio::test]
async fn connection_in_close_wait_is_reported() {
    let recorded = Recorded::server("never-closed");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    // The stream is kept although the peer has closed.
    let report = recorded.report_with(&without_idle_time()).await;
    drop((server, listener));
    assert_eq!(found(&report), [("connections-never-closed", 1)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "read"]);
}

#[tokio::test]
async fn idle_connection_is_reported() {
    let recorded = Recorded::server("never-closed-idle");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(b"ask").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    let report = recorded.report_with(&without_idle_time()).await;
    drop((client, server, listener));
    assert_eq!(found(&report), [("connections-never-closed", 1)]);
    assert_eq!(shown(&report, 0, 0), ["accept"]);
}

#[tokio::test]
async fn recently_used_connection_is_not_reported() {
    let recorded = Recorded::server("never-closed-in-use");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(b"ask").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    let report = recorded.report().await;
    drop((client, server, listener));
    assert_eq!(found(&report), []);
}

#[tokio::test]
async fn stream_dropped_at_eof_is_not_reported() {
    let recorded = Recorded::server("never-closed-not");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop((server, listener));
    assert_eq!(found(&recorded.report_with(&without_idle_time()).await), []);
}
