//! Tests of recordings with many connections, with many calls, and with a sink that is too slow.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use bookshelf::Limits;
use clients::Rest;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Addr, Event, Op, SockId};
use socket_tap::format::End;
use socket_tap::sink::{Memory, Sink};
use socket_tap::{Tap, format::Side};
use socket_trace::reader::{Ending, Trace};
use tempfile::TempDir;

use crate::support::api::Server;
use crate::support::keep_alive::KeepAlive;
use crate::support::process::Serving;

pub(crate) fn events_of(path: &Path) -> (Vec<Event>, Ending) {
    let mut trace = Trace::open(path).unwrap();
    assert_eq!(trace.header().side, Side::Server);
    let mut events = Vec::new();
    while let Some(event) = trace.next_event().unwrap() {
        events.push(event);
    }
    (events, trace.ending().clone())
}

/// Returns the close event of each connection, by the peer's address.
fn closes(events: &[Event]) -> HashMap<SocketAddr, Close> {
    let (mut open, mut closed): (HashMap<Option<SockId>, SocketAddr>, _) = (HashMap::new(), HashMap::new());
    for event in events {
        match &event.op {
            Op::Accept { peer: Some(Addr::Ip(peer)), .. } => _ = open.insert(event.sock, *peer),
            Op::Close(close) => {
                if let Some(peer) = open.remove(&event.sock) {
                    assert!(closed.insert(peer, Close::clone(close)).is_none(), "{peer} closes twice");
                }
            }
            _ => {}
        }
    }
    closed
}

/// Returns the maximum number of concurrently open connections.
fn peak(events: &[Event]) -> i64 {
    let change = |event: &Event| match &event.op {
        Op::Accept { .. } if event.error.is_none() => 1,
        Op::Close(close) if close.ended_by.is_some() => -1,
        _ => 0,
    };
    let open = events.iter().scan(0_i64, |open, event| {
        *open += change(event);
        Some(*open)
    });
    open.max().unwrap_or(0)
}

/// Raises the limit of open files for this process and its children. If the system does not allow it, prints
/// a message and returns `false`.
pub(crate) fn allow_files(wanted: u64) -> bool {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= wanted) {
        return true;
    }
    let raised = maximum.is_none_or(|maximum| maximum >= wanted)
        && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok();
    if !raised {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI must allow {wanted} open files");
        eprintln!("skipped: {wanted} open files are not allowed here");
    }
    raised
}

#[tokio::test]
async fn five_thousand_concurrent_connections_are_recorded() {
    const CONNECTIONS: u32 = 5_000;
    if !allow_files(u64::from(CONNECTIONS) + 1_000) {
        return;
    }
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("trace.jsonl");
    let server = Serving::start("rest-server", &["--trace", path.to_str().unwrap()]);
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = KeepAlive::connect(server.address).await.unwrap();
        client.ask().await.unwrap();
        clients.push(client);
    }
    let mut seen = HashMap::new();
    for client in clients {
        seen.insert(client.address, (client.sent, client.received));
        client.close().await;
    }
    let (status, _, said) = server.stop();
    assert!(status.success(), "{status}: {said}");

    let (events, ending) = events_of(&path);
    assert_eq!(ending, Ending::Complete(End::new(events.len() as u64, 0)));
    assert_eq!(peak(&events), i64::from(CONNECTIONS));
    let closes = closes(&events);
    assert!(closes.values().all(|close| close.ended_by == Some(EndedBy::Peer)));
    let recorded: HashMap<_, _> =
        closes.iter().map(|(peer, close)| (*peer, (close.totals.rx, close.totals.tx))).collect();
    assert!(recorded == seen, "{} connections recorded, {} made", recorded.len(), seen.len());
}

#[tokio::test]
async fn ten_thousand_calls_on_one_connection_are_counted() {
    const CALLS: u64 = 10_000;
    let memory = Memory::new();
    // Each shard has capacity for all events, however late the drain thread runs.
    let tap = Tap::server("rest").buffer(400_000, 0).sink(memory.clone()).start().unwrap();
    let server = Server::with::<Rest>(&tap, Limits::default()).await;
    let mut client = KeepAlive::connect(server.address).await.unwrap();
    for _ in 0..CALLS {
        client.ask().await.unwrap();
    }
    let (sent, received) = (client.sent, client.received);
    client.close().await;
    tap.idle().await;
    server.stop().await;
    assert_eq!(tap.finish().await.unwrap().lost, 0);

    let events = memory.events();
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for event in &events {
        match &event.op {
            Op::Read(transfer) => reads.push(transfer.bytes),
            Op::Write(transfer) => writes.push(transfer.bytes),
            _ => {}
        }
    }
    // Plus the read of 24 bytes that detects HTTP/2, and the end of the stream.
    assert_eq!((reads.len() as u64, writes.len() as u64), (CALLS + 2, CALLS));
    assert_eq!((reads.iter().sum::<u64>(), writes.iter().sum::<u64>()), (sent, received));
    let closes = closes(&events);
    let [close] = closes.values().collect::<Vec<_>>()[..] else { panic!("{closes:?}") };
    let totals = &close.totals;
    assert_eq!((totals.reads, totals.writes, totals.rx, totals.tx), (CALLS + 2, CALLS, sent, received));
}

/// A sink that waits for a permit before it accepts a batch of events. Once the sender of the permits is
/// dropped, the sink no longer waits.
struct Slow {
    permits: Receiver<()>,
    kept: Memory,
    /// Channel to the test, for the number of reads and writes in each batch.
    batches: Sender<usize>,
}

impl Sink for Slow {
    fn name(&self) -> String {
        "a slow disk".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let _ = self.permits.recv();
        let transfers = batch.iter().filter(|event| is_bounded(event)).count();
        self.batches.send(transfers).map_err(io::Error::other)?;
        Sink::events(&mut self.kept, batch)
    }
}

/// Returns `true` for the events that the recorder may drop: reads and writes, except a read at EOF.
fn is_bounded(event: &Event) -> bool {
    match &event.op {
        Op::Read(transfer) => !transfer.eof,
        Op::Write(_) => true,
        _ => false,
    }
}

#[tokio::test]
async fn slow_sink_loses_only_reads_and_writes() {
    const ROOM: usize = 64;
    const CONNECTIONS: usize = 20;
    let memory = Memory::new();
    let (permit, permits) = channel();
    let (batches, sizes) = channel();
    let slow = Slow { permits, kept: memory.clone(), batches };
    let tap = Tap::server("rest").buffer(ROOM, 0).sink(slow).start().unwrap();
    let server = Server::with::<Rest>(&tap, Limits::default()).await;
    let (mut calls, mut sent, mut received) = (0, 0, 0);
    for _ in 0..CONNECTIONS {
        let mut client = KeepAlive::connect(server.address).await.unwrap();
        // More than the capacity, between one permit and the next.
        for _ in 0..2 * ROOM {
            client.ask().await.unwrap();
            calls += 1;
        }
        sent += client.sent;
        received += client.received;
        client.close().await;
        permit.send(()).unwrap();
    }
    tap.idle().await;
    drop(permit);
    server.stop().await;
    let end = tap.finish().await.unwrap();

    let events = memory.events();
    // Events that a round left for the next one, and later events.
    let most = sizes.try_iter().max().unwrap();
    assert!(most <= 2 * ROOM, "{most} reads and writes were kept in room for {ROOM}");
    let mut lost = 0;
    for event in &events {
        if let Op::Gap(gap) = &event.op {
            lost += gap.events();
        }
    }
    assert!(lost > 0, "the sink was meant to be too slow");
    assert_eq!((end.lost, end.events, end.open), (lost, events.len() as u64, 0));
    let kept = events.iter().filter(|event| is_bounded(event)).count() as u64;
    // One read and one write per call, and the read of 24 bytes on each connection.
    assert_eq!(kept + lost, 2 * calls + CONNECTIONS as u64);
    let closes = closes(&events);
    assert_eq!(closes.len(), CONNECTIONS);
    assert_eq!(closes.values().map(|close| close.totals.rx).sum::<u64>(), sent);
    assert_eq!(closes.values().map(|close| close.totals.tx).sum::<u64>(), received);
}
