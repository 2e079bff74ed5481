mod failures;
mod lifetime;

use std::io::ErrorKind;
use std::task::{Context, Waker};
use std::thread;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::close::{Close, EndedBy};
use crate::event::Event;
#[cfg(feature = "file")]
use crate::sink::TraceFile;
use crate::sink::{Memory, Sink};
use crate::{TapListener, TapStream};

/// A connected client and server, each with a recording of its own.
struct Pair {
    recordings: [(Tap, Memory); 2],
    listener: TapListener,
    client: TapStream,
    server: TapStream,
}

async fn pair() -> Pair {
    let (server_events, client_events) = (Memory::new(), Memory::new());
    let server_tap = Tap::server("test").sink(server_events.clone()).start().unwrap();
    let client_tap = Tap::client("test").sink(client_events.clone()).start().unwrap();
    let listener = TapListener::bind(&server_tap, "127.0.0.1:0").await.unwrap();
    let client = TapStream::connect(&client_tap, listener.local_addr().unwrap()).await.unwrap();
    let (server, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(peer, server.peer_addr().unwrap());
    Pair { recordings: [(server_tap, server_events), (client_tap, client_events)], listener, client, server }
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.op.name()).collect()
}

fn close_of(events: &[Event]) -> &Close {
    let mut closes = events.iter().rev().filter_map(|event| match &event.op {
        Op::Close(close) if close.ended_by.is_some() => Some(&**close),
        _ => None,
    });
    closes.next().unwrap()
}

#[tokio::test]
async fn client_and_server_record_their_connection() {
    let Pair {
        recordings: [(server_tap, server_events), (client_tap, client_events)],
        listener,
        mut client,
        mut server,
    } = pair().await;
    client.write_all(b"ping").await.unwrap();
    server.read_exact(&mut [0; 4]).await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0; 4]).await.unwrap(), 0);
    server.shutdown().await.unwrap();
    assert_eq!(client.read(&mut [0; 4]).await.unwrap(), 0);
    assert_eq!((server_tap.open_streams(), client_tap.open_streams()), (1, 1));
    drop((server, client, listener));
    server_tap.idle().await;
    client_tap.idle().await;
    let end = server_tap.finish().await.unwrap();
    client_tap.finish().await.unwrap();
    let (server_events, client_events) = (server_events.events(), client_events.events());
    assert_eq!(
        names(&server_events),
        ["socket", "option", "bind", "listen", "accept", "read", "read", "shutdown", "close", "close"]
    );
    assert_eq!(names(&client_events), ["socket", "connect", "write", "shutdown", "read", "close"]);
    assert_eq!((end.events, end.lost, end.open), (server_events.len() as u64, 0, 0));
    assert_eq!(close_of(&server_events).ended_by, Some(EndedBy::Peer));
    assert_eq!(close_of(&client_events).ended_by, Some(EndedBy::Local));
    #[cfg(target_os = "linux")]
    assert!(close_of(&server_events).tcp.is_some());
    assert!(server_events.is_sorted_by_key(|event| event.t));
}

#[tokio::test]
async fn reset_by_the_peer_is_recorded() {
    let Pair { recordings: [(tap, events), _], client, mut server, .. } = pair().await;
    // Unread bytes turn the client's close into a reset.
    server.write_all(b"unread").await.unwrap();
    client.get_ref().readable().await.unwrap();
    drop(client);
    let error = server.read(&mut [0; 4]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    drop(server);
    tap.finish().await.unwrap();
    assert_eq!(close_of(&events.events()).ended_by, Some(EndedBy::Reset));
}

#[tokio::test]
async fn failed_bind_and_connect_record_their_errors() {
    let Pair { listener, recordings: [(tap, events), _], .. } = pair().await;
    let taken = listener.local_addr().unwrap();
    assert_eq!(TapListener::bind(&tap, taken).await.unwrap_err().kind(), ErrorKind::AddrInUse);
    drop(listener);
    assert_eq!(TapStream::connect(&tap, taken).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    tap.finish().await.unwrap();
    let failed: Vec<_> = (events.events().into_iter())
        .filter_map(|event| Some((event.op.name().to_owned(), event.error?.reason.into_owned())))
        .collect();
    let expected = [("bind", "address in use"), ("connect", "connection refused")];
    assert_eq!(failed, expected.map(|(op, reason)| (op.to_owned(), reason.to_owned())));
}

#[tokio::test]
async fn cancelled_connect_records_a_close() {
    let memory = Memory::new();
    let tap = Tap::client("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let mut connecting = Box::pin(TapStream::connect(&tap, listener.local_addr().unwrap()));
    // The runtime shares this thread, so it cannot have seen the end of the handshake yet.
    assert!(connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(connecting);
    tap.finish().await.unwrap();
    assert_eq!(names(&memory.events()), ["socket", "close"]);
}

#[tokio::test]
async fn gap_counts_reads_dropped_by_full_buffer() {
    let memory = Memory::new();
    let tap = Tap::server("test").buffer(1, 0).sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&tap, "127.0.0.1:0").await.unwrap();
    let mut client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    for _ in 0..1_000 {
        client.write_all(b"x").await.unwrap();
        server.read_u8().await.unwrap();
    }
    drop(server);
    let end = tap.finish().await.unwrap();
    let events = memory.events();
    let reads = events.iter().filter(|event| event.op.name() == "read").count() as u64;
    let gaps: u64 = (events.iter())
        .map(|event| match &event.op {
            Op::Gap(gap) => gap.events(),
            _ => 0,
        })
        .sum();
    assert!(gaps > 0, "the buffer was meant to be too small");
    assert_eq!((reads + gaps, end.lost), (1_000, gaps));
    assert_eq!(close_of(&events).totals.rx, 1_000);
}

/// Wraps an in-memory stream whose reads always return bytes at once.
fn endless(tap: &Tap) -> TapStream<tokio::io::Repeat> {
    TapStream::wrap(tap, tokio::io::repeat(7), "memory")
}

#[test]
fn captured_payload_is_limited_to_buffer_capacity() {
    let tap = Tap::server("test").capture(usize::MAX).buffer(16, 4096).sink(Memory::new()).start().unwrap();
    drop(tap);
    let memory = Memory::new();
    let tap = Tap::server("test").capture(4096).buffer(16, 4096).sink(memory.clone()).start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(endless(&tap).read_exact(&mut [0; 4096])).unwrap();
    tap.finish_blocking().unwrap();
    let kept = memory.events().iter().find_map(|event| match &event.op {
        Op::Read(read) => read.data.as_ref().map(|data| data.len()),
        _ => None,
    });
    assert_eq!(kept, Some(4096));
}
