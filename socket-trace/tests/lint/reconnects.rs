//! A client that sends twelve requests on twelve connections, and one that sends them on one connection.

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::recorded::{Recorded, found, pair, shown};

const REQUESTS: usize = 12;

async fn exchange(client: &mut TapStream, server: &mut TapStream) {
    client.write_all(b"ask").await.unwrap();
    server.read_exact(&mut [0; 3]).await.unwrap();
    server.write_all(b"answer").await.unwrap();
    client.read_exact(&mut [0; 6]).await.unwrap();
}

/// Closes the client's end of a connection, and reads the end of stream at the server's end.
async fn close(client: TapStream, mut server: TapStream) {
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}

async fn connect_for_each_request(tap: &Tap, listener: &TapListener) {
    for _ in 0..REQUESTS {
        let (mut client, mut server) = pair(tap, listener).await;
        exchange(&mut client, &mut server).await;
        close(client, server).await;
    }
}

#[tokio::test]
async fn repeated_connects_are_reported_in_server_recordings() {
    let recorded = Recorded::server("reconnects-server");
    let listener = recorded.listen().await;
    connect_for_each_request(&Tap::off(), &listener).await;
    drop(listener);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("new-connection-for-each-request", 12)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "close"]);
}

#[tokio::test]
async fn repeated_connects_are_reported_in_client_recordings() {
    let recorded = Recorded::client("reconnects-client");
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    connect_for_each_request(&recorded.tap, &listener).await;
    let report = recorded.report().await;
    assert_eq!(found(&report), [("new-connection-for-each-request", 12)]);
    assert_eq!(shown(&report, 0, 0), ["connect", "close"]);
    let address = listener.local_addr().unwrap().to_string();
    assert!(report.findings[0].what.contains(&address), "{}", report.findings[0].what);
}

#[tokio::test]
async fn reused_connection_is_not_reported() {
    let recorded = Recorded::server("reconnects-kept");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    for _ in 0..REQUESTS {
        exchange(&mut client, &mut server).await;
    }
    close(client, server).await;
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}

#[tokio::test]
async fn mark_restarts_the_count_of_repeated_connects() {
    let recorded = Recorded::server("reconnects-steps");
    let listener = recorded.listen().await;
    for _ in 0..2 {
        recorded.tap.mark("a step");
        for _ in 0..REQUESTS / 2 {
            let (mut client, mut server) = pair(&Tap::off(), &listener).await;
            exchange(&mut client, &mut server).await;
            close(client, server).await;
        }
    }
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}
