//! An answer in two small writes, with and without `TCP_NODELAY`.

use std::time::Instant;

use socket_tap::{Tap, TapListener, TapStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::recorded::{Recorded, found, pair, shown};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
const BODY: &[u8] = b"hello";

/// A Linux client delays its acknowledgements once it has seen that it asks and is answered in turn. It takes a few
/// exchanges to see that.
const EXCHANGES: u32 = 100;

/// Asks and answers until one answer has taken as long as a delayed acknowledgement, or to the end. A machine that is
/// busy may take longer for some: they are followed by others.
async fn exchange(client: &mut TapStream, server: &mut TapStream, answer: &[&[u8]]) {
    let length = answer.concat().len();
    let (mut delayed, mut longer) = (0, 0);
    client.write_all(b"GET /").await.unwrap();
    server.read_exact(&mut [0; 5]).await.unwrap();
    for _ in 0..EXCHANGES {
        let began = Instant::now();
        for part in answer {
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

/// Other systems delay for other times, and loopback not at all.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn nagle_stall_is_found_in_a_program_with_default_options() {
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
async fn one_write_or_nodelay_cures_it() {
    for (name, nodelay, answer) in [
        ("nagle-nodelay", true, &[HEAD, BODY][..]),
        ("nagle-once", false, &[b"HTTP/1.1 204 No Content\r\n\r\n"]),
    ] {
        let recorded = Recorded::server(name);
        let listener = recorded.listen().await.nodelay(nodelay);
        let (mut client, mut server) = pair(&Tap::off(), &listener).await;
        exchange(&mut client, &mut server, answer).await;
        drop((client, server, listener));
        let report = recorded.report().await;
        assert_eq!(found(&report), [], "{name}");
        assert_eq!(report.exit_code(), 0);
    }
}

/// The program may have set any option on a socket before it gave it to the tap: that it stalls is no proof.
#[tokio::test]
async fn of_an_adopted_listener_nothing_is_claimed() {
    let recorded = Recorded::server("nagle-adopted");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TapListener::from_tokio(&recorded.tap, listener);
    let (mut client, mut server) = pair(&Tap::off(), &listener).await;
    exchange(&mut client, &mut server, &[HEAD, BODY]).await;
    drop((client, server, listener));
    assert_eq!(found(&recorded.report().await), []);
}
