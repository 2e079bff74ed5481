//! Twelve requests over twelve connections, and over one.

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

/// The client ends it, and the server sees that.
async fn end(client: TapStream, mut server: TapStream) {
    drop(client);
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}

async fn a_connection_for_each(tap: &Tap, listener: &TapListener) {
    for _ in 0..REQUESTS {
        let (mut client, mut server) = pair(tap, listener).await;
        exchange(&mut client, &mut server).await;
        end(client, server).await;
    }
}

#[tokio::test]
async fn a_connection_for_each_request_shows_on_the_server() {
    let recorded = Recorded::server("reconnects-server");
    let listener = recorded.listen().await;
    a_connection_for_each(&Tap::off(), &listener).await;
    drop(listener);
    let report = recorded.report().await;
    assert_eq!(found(&report), [("new-connection-for-each-request", 12)]);
    assert_eq!(shown(&report, 0, 0), ["accept", "close"]);
    let expected =
        "12 short connections from 127.0.0.1, one after the other; the client ended 12, the server 0.";
    assert_eq!(report.findings[0].what, expected);
}

#[tokio::test]
async fn and_on_the_client() {
    let recorded = Recorded::client("reconnects-client");
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    a_connection_for_each(&recorded.tap, &listener).await;
    let report = recorded.report().await;
    assert_eq!(found(&report), [("new-connection-for-each-request", 12)]);
    assert_eq!(shown(&report, 0, 0), ["connect", "close"]);
    let to = format!("to {}, one after the other; the client ended 12", listener.local_addr().unwrap());
    assert!(report.findings[0].what.contains(&to), "{}", report.findings[0].what);
}

#[tokio::test]
async fn one_connection_that_is_used_again_cures_it() {
    let recorded = Recorded::server("reconnects-kept");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    for _ in 0..REQUESTS {
        exchange(&mut client, &mut server).await;
    }
    end(client, server).await;
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}

#[tokio::test]
async fn a_program_that_names_its_steps_may_begin_each_anew() {
    let recorded = Recorded::server("reconnects-steps");
    let listener = recorded.listen().await;
    for _ in 0..2 {
        recorded.tap.mark("a step");
        for _ in 0..REQUESTS / 2 {
            let (mut client, mut server) = pair(&Tap::off(), &listener).await;
            exchange(&mut client, &mut server).await;
            end(client, server).await;
        }
    }
    drop(listener);
    assert_eq!(found(&recorded.report().await), []);
}
