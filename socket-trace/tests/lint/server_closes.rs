//! A server that closes after each response, one that waits until its clients close, and one that shuts down.

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

async fn exchange(client: &mut TapStream, server: &mut TapStream) {
    client.write_all(b"ask").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    server.write_all(b"answer").await.unwrap();
    client.read_exact(&mut [0; 6]).await.unwrap();
}

async fn server_closes(mut client: TapStream, mut server: TapStream) {
    server.shutdown().await.unwrap();
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}

async fn respond_and_close(tap: &Tap, listener: &TapListener, times: usize) {
    for _ in 0..times {
        let (mut client, mut server) = pair(tap, listener).await;
        // With fewer exchanges, the rule for short connections would report it, too.
        for _ in 0..4 {
            exchange(&mut client, &mut server).await;
        }
        server_closes(client, server).await;
    }
}

#[tokio::test]
async fn server_that_closes_first_is_reported() {
    let recorded = Recorded::server("server-closes");
    let listener = recorded.listen().await;
    respond_and_close(&Tap::off(), &listener, 12).await;
    drop(listener);
    let report = recorded.report().await;
    // The last close may belong to a shutdown of the server.
    assert_eq!(found(&report), [("server-closes-first", 11)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "shutdown", "close"]);
}

#[tokio::test]
async fn server_closing_first_is_reported_in_client_recordings() {
    let recorded = Recorded::client("server-closes-client");
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    respond_and_close(&recorded.tap, &listener, 12).await;
    let report = recorded.report().await;
    assert_eq!(found(&report), [("server-closes-first", 11)]);
    assert_eq!(shown(&report, 0, 0), ["connect", "read", "close"]);
}

#[tokio::test]
async fn client_that_closes_first_is_not_reported() {
    let recorded = Recorded::server("server-closes-not");
    let listener = recorded.listen().await;
    for _ in 0..12 {
        let (mut client, mut server) = pair(&Tap::off(), &listener).await;
        for _ in 0..4 {
            exchange(&mut client, &mut server).await;
        }
        drop(client);
        assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
        server.shutdown().await.unwrap();
    }
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}

#[tokio::test]
async fn server_shutdown_is_not_reported() {
    let recorded = Recorded::server("server-closes-shutdown");
    let listener = recorded.listen().await;
    let mut open = Vec::new();
    for _ in 0..12 {
        let (mut client, mut server) = pair(&Tap::off(), &listener).await;
        exchange(&mut client, &mut server).await;
        open.push((client, server));
    }
    for (client, server) in open {
        server_closes(client, server).await;
    }
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}
