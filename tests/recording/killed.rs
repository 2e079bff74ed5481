//! Tests the trace of a process that is killed under load.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;

use rustix::process::Signal;
use socket_tap::event::{Addr, Event, Op};
use socket_trace::reader::{Ending, Trace};
use socket_trace::summary::{RecordingState, Summary};
use tempfile::TempDir;

use crate::recording::overload::events_of;
use crate::support::keep_alive::KeepAlive;
use crate::support::process::Serving;

/// Returns the number of bytes read and the number of bytes written on each connection, by the peer's
/// address.
fn moved(events: &[Event]) -> HashMap<SocketAddr, (u64, u64)> {
    let (mut peers, mut moved) = (HashMap::new(), HashMap::<_, (u64, u64)>::new());
    for event in events {
        if let Op::Accept { peer: Some(Addr::Ip(peer)), .. } = &event.op {
            peers.insert(event.sock, *peer);
        }
        let Some(peer) = peers.get(&event.sock) else { continue };
        match &event.op {
            Op::Read(transfer) => moved.entry(*peer).or_default().0 += transfer.bytes,
            Op::Write(transfer) => moved.entry(*peer).or_default().1 += transfer.bytes,
            _ => {}
        }
    }
    moved
}

/// Makes `calls` requests with each client. The clients run concurrently, so that every thread of the server
/// records.
async fn all_ask(clients: Vec<KeepAlive>, calls: usize) -> Vec<KeepAlive> {
    let asking: Vec<_> = (clients.into_iter())
        .map(|mut client| {
            tokio::spawn(async move {
                for _ in 0..calls {
                    client.ask().await.unwrap();
                }
                client
            })
        })
        .collect();
    let mut clients = Vec::new();
    for client in asking {
        clients.push(client.await.unwrap());
    }
    clients
}

/// A killed process may lose only its most recent events: if the file contains an event, it contains all
/// earlier ones. The test does not assert how recent, because the recorder, which writes every 20 ms, may be
/// late on a busy machine.
#[tokio::test]
async fn trace_of_a_killed_process_has_no_gaps() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("trace.jsonl");
    let server = Serving::start("rest-server", &["--trace", path.to_str().unwrap()]);
    let mut load = Vec::new();
    for _ in 0..8 {
        load.push(KeepAlive::connect(server.address).await.unwrap());
    }
    load = all_ask(load, 50).await;
    let before: Vec<_> = load.iter().map(|client| (client.address, (client.sent, client.received))).collect();
    // This request follows all responses.
    let mut marker = KeepAlive::connect(server.address).await.unwrap();
    marker.ask().await.unwrap();
    let marked = format!("\"peer\":\"{}\"", marker.address);
    let mut rounds = 0;
    let seen = loop {
        // Enough load, instead of a time, for the drain thread to finish its next round.
        rounds += 1;
        assert!(rounds < 5_000, "the file does not come to hold what has happened");
        load = all_ask(load, 1).await;
        let text = fs::read(&path).unwrap();
        if String::from_utf8_lossy(&text).contains(&marked) {
            break text;
        }
    };
    // The load ends when the server is killed.
    let running: Vec<_> = (load.into_iter())
        .map(|mut client| tokio::spawn(async move { while client.ask().await.is_ok() {} }))
        .collect();
    for _ in 0..50 {
        marker.ask().await.unwrap();
    }
    server.signal(Signal::KILL);
    for client in running {
        client.await.unwrap();
    }
    let (status, ..) = server.wait();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));

    assert!(fs::read(&path).unwrap().starts_with(&seen), "what was there stays");
    let (events, ending) = events_of(&path);
    assert!(matches!(ending, Ending::CutShort { .. }), "{ending:?}");
    assert!(events.is_sorted_by_key(|event| event.t));
    let moved = moved(&events);
    for (address, (sent, received)) in before {
        let (rx, tx) = moved[&address];
        assert!(rx >= sent && tx >= received, "{address}: {rx} of {sent} in, {tx} of {received} out");
    }
    let summary = Summary::of(Trace::open(&path).unwrap(), RecordingState::InProgress).unwrap();
    assert_eq!((summary.defects.len(), summary.lost, summary.open), (0, 0, 9));
}
