//! A server that responds in two small writes, with and without `TCP_NODELAY`.

use std::time::Instant;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::recorded::{Recorded, found, pair, shown};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
const BODY: &[u8] = b"hello";

/// Number of requests and responses. Linux delays acknowledgements only after it has seen several of them.
const EXCHANGES: u32 = 100;

/// Exchanges requests and responses until one response took as long as a delayed acknowledgement, but at most
/// [`EXCHANGES`] times. A busy machine may delay some responses for longer; these responses are ignored.
async fn exchange(client: &mut TapStream, server: &mut TapStream, response: &[&[u8]]) {
    let length = response.concat().len();
    let (mut delayed, mut longer) = (0, 0);
    client.write_all(b"GET /").await.unwrap();
    server.read_exact(&mut [0; 5]).await.unwrap();
    for _ in 0..EXCHANGES {
        let began = Instant::now();
        for part in response {
            server.write_all(part).await.unwrap();
        }
        client.read_exact(&mut vec![0; length]).await.unwrap();
        client.write_all(b"GET /").await.unwrap();
        server.read_exact(&mut [0; 5]).await.unwrap();
        match began.elapsed().as_millis() {
            0..40 => {}
            40..58 => delayed += 1,
            _ => longer += 1,
        }
        if delayed > longer {
            break;
        }
    }
}

/// Only on Linux: other systems delay acknowledgements differently, and not at all on loopback.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn response_with_default_socket_options_stalls() {
    let recorded = Recorded::server("nagle");
    let listener = recorded.listen().await;
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    exchange(&mut client, &mut server, &[HEAD, BODY]).await;
    drop((client, server, listener));
    let report = recorded.report().await;
    let [("small-writes-with-nagle", 1..)] = *found(&report) else { panic!("{:?}", report.findings) };
    assert_eq!(shown(&report, 0, 0), ["write", "write", "read"]);
    assert_eq!(report.exit_code(), 1);
}

#[tokio::test]
async fn single_write_or_nodelay_does_not_stall() {
    for (name, nodelay, response) in [
        ("nagle-nodelay", true, &[HEAD, BODY][..]),
        ("nagle-once", false, &[b"HTTP/1.1 204 No Content\r\n\r\n"]),
    ] {
        let recorded = Recorded::server(name);
        let listener = recorded.listen().await.nodelay(nodelay);
        let (mut client, mut server) = pair(&Tap::off(), &listener).await;
        exchange(&mut client, &mut server, response).await;
        drop((client, server, listener));
        let report = recorded.report().await;
        assert_eq!(found(&report), [], "{name}");
        assert_eq!(report.exit_code(), 0);
    }
}

/// The program may have set options on the socket before the tap adopted it, so a stall proves nothing.
#[tokio::test]
async fn stall_is_not_reported_if_options_are_unknown() {
    let recorded = Recorded::server("nagle-adopted");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TapListener::from_tokio(&recorded.tap, listener);
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    exchange(&mut client, &mut server, &[HEAD, BODY]).await;
    drop((client, server, listener));
    assert_eq!(found(&recorded.report().await), []);
}
