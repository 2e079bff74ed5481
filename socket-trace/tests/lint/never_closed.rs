//! Connections that are left open, and connections that are closed.

use std::time::Duration;

use socket_tap::Tap;
use socket_trace::lint::Options;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

/// No test waits half a minute.
fn at_once() -> Options {
    Options { idle: Duration::ZERO, ..Options::default() }
}

#[tokio::test]
async fn a_connection_that_its_peer_has_ended_hangs_in_close_wait() {
    let recorded = Recorded::server("never-closed");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    // Somebody keeps the stream.
    let report = recorded.report_with(&at_once()).await;
    drop((server, listener));
    assert_eq!(found(&report), [("connections-never-closed", 1)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "read"]);
    assert!(report.findings[0].what.contains("CLOSE_WAIT"), "{}", report.findings[0].what);
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_idle() {
    let recorded = Recorded::server("never-closed-idle");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    client.write_all(b"ask").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    let report = recorded.report_with(&at_once()).await;
    drop((client, server, listener));
    assert_eq!(found(&report), [("connections-never-closed", 1)]);
    assert_eq!(shown(&report, 0, 0), ["accept"]);
}

#[tokio::test]
async fn a_connection_that_was_in_use_a_moment_ago_is_not() {
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
async fn to_drop_the_stream_at_its_end_cures_it() {
    let recorded = Recorded::server("never-closed-not");
    let listener = recorded.listen().await;
    let (client, mut server) = pair(&Tap::off(), &listener).await;
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop((server, listener));
    assert_eq!(found(&recorded.report_with(&at_once()).await), []);
}
