use std::io::ErrorKind;
use std::task::{Context, Waker};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::close::{Close, EndedBy};
use crate::event::Event;
use crate::sink::Memory;
use crate::{TapListener, TapStream};

/// A client and a server, each with a recording of its own.
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
async fn both_sides_of_a_whole_connection() {
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
async fn a_peer_that_resets_is_told_from_one_that_finishes() {
    let Pair { recordings: [(tap, events), _], client, mut server, .. } = pair().await;
    // Bytes that the client never reads make its close a reset.
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
async fn a_refused_connection_and_a_taken_port_are_recorded_with_their_errors() {
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
async fn a_connect_that_is_given_up_ends_in_the_recording() {
    let memory = Memory::new();
    let tap = Tap::client("test").sink(memory.clone()).start().unwrap();
    let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await.unwrap();
    let mut connecting = Box::pin(TapStream::connect(&tap, listener.local_addr().unwrap()));
    // The runtime, which shares this thread, cannot yet have learnt that the handshake is done.
    assert!(connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(connecting);
    tap.finish().await.unwrap();
    assert_eq!(names(&memory.events()), ["socket", "close"]);
}

#[tokio::test]
async fn what_a_full_buffer_loses_is_counted_and_the_totals_stay_right() {
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

#[tokio::test]
async fn a_finished_recording_takes_no_more_and_says_so() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    tap.mark("in");
    assert_eq!(tap.finish().await.unwrap().events, 1);
    tap.mark("out");
    tap.flush().await;
    assert!(tap.finish().await.is_err());
    assert_eq!(memory.events().len(), 1);
}

/// Fails at the first batch.
struct Full;

impl Sink for Full {
    fn name(&self) -> String {
        "a full disk".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        Err(ErrorKind::StorageFull.into())
    }
}

#[tokio::test]
async fn a_sink_that_fails_stops_neither_the_program_nor_the_other_sinks() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(Full).sink(memory.clone()).start().unwrap();
    tap.mark("first");
    tap.flush().await;
    tap.mark("second");
    assert_eq!(tap.finish().await.unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(memory.events().len(), 2);
}

#[cfg(feature = "file")]
#[test]
fn dropping_the_last_handle_completes_the_trace() {
    let directory = std::env::temp_dir().join(format!("socket-tap-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("dropped.jsonl");
    drop(Tap::server("test").file(&path).unwrap().start().unwrap());
    let trace = std::fs::read_to_string(&path).unwrap();
    assert!(trace.ends_with("{\"end\":true,\"events\":0,\"lost\":0}\n"), "{trace}");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap()) & 0o777, 0o600);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[cfg(feature = "file")]
#[test]
fn a_trace_that_cannot_be_written_is_named() {
    let error = TraceFile::create("/nowhere/at/all.jsonl").unwrap_err().to_string();
    assert!(error.contains("cannot write the trace /nowhere/at/all.jsonl"), "{error}");
}

/// A memory stream whose reads never wait.
fn endless(tap: &Tap) -> TapStream<tokio::io::Repeat> {
    TapStream::wrap(tap, tokio::io::repeat(7), "memory")
}

#[tokio::test]
async fn every_stream_ends_as_one_close_or_is_counted_as_open() {
    for round in 0..2_000_u64 {
        let memory = Memory::new();
        let tap = Tap::server("test").buffer(64, 0).sink(memory.clone()).start().unwrap();
        let streams: Vec<_> = (0..3).map(|_| TapStream::wrap(&tap, tokio::io::empty(), "memory")).collect();
        let closer = thread::spawn(move || {
            for stream in streams {
                for _ in 0..round % 97 {
                    std::hint::spin_loop();
                }
                drop(stream);
            }
        });
        let end = tap.finish().await.unwrap();
        closer.join().unwrap();
        let events = memory.events();
        let count = |name| events.iter().filter(|event| event.op.name() == name).count() as u64;
        assert_eq!((count("adopt"), end.lost), (3, 0));
        assert_eq!(count("close") + end.open, 3, "round {round}: {events:?}");
        assert_eq!(end.events, events.len() as u64);
    }
}

#[tokio::test]
async fn sockets_keep_their_recording_alive() {
    let memory = Memory::new();
    let listener =
        TapListener::bind(&Tap::server("test").sink(memory.clone()).start().unwrap(), "127.0.0.1:0")
            .await
            .unwrap();
    let client = TapStream::connect(&Tap::off(), listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    drop((listener, server, client));
    let names_until_the_end = loop {
        let events = memory.events();
        if events.iter().filter(|event| event.op.name() == "close").count() == 2 {
            break names(&events).len();
        }
        thread::yield_now();
    };
    assert!(names_until_the_end >= 7);
}

/// Waits for a task of the same runtime, for ever if need be.
struct Entangled(tokio::sync::mpsc::Sender<usize>);

impl Sink for Entangled {
    fn name(&self) -> String {
        "a channel".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        self.0.blocking_send(batch.len()).map_err(io::Error::other)
    }
}

#[tokio::test]
async fn dropping_the_last_handle_does_not_block_the_runtime() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let tap = Tap::server("test").sink(Entangled(sender)).start().unwrap();
    for _ in 0..10 {
        tap.mark("step");
        // A batch each; the second waits for the first to be received.
        let mut flush = Box::pin(tap.flush());
        let _ = flush.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        thread::yield_now();
    }
    // If this waited for the sink, the sink would wait for the lines below.
    drop(tap);
    let mut events = 0;
    while let Some(batch) = receiver.recv().await {
        events += batch;
    }
    assert_eq!(events, 10);
}

#[tokio::test]
async fn finish_when_idle_waits_for_open_streams_and_no_longer_than_asked() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    let stream = endless(&tap);
    let mut finish = Box::pin(tap.finish_when_idle(Duration::from_secs(3600)));
    assert!(finish.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(stream);
    assert_eq!(finish.await.unwrap().open, 0);
    assert_eq!(names(&memory.events()), ["adopt", "close"]);

    let tap = Tap::server("test").sink(Memory::new()).start().unwrap();
    let stream = endless(&tap);
    assert_eq!(tap.finish_when_idle(Duration::from_millis(1)).await.unwrap().open, 1);
    drop(stream);
    assert!(Tap::off().finish_when_idle(Duration::MAX).await.is_ok());
}

#[test]
fn a_payload_limit_beyond_the_buffer_is_cut_to_it() {
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

/// Panics at the first batch.
struct Broken;

impl Sink for Broken {
    fn name(&self) -> String {
        "a broken sink".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        panic!("a bug of the sink")
    }
}

#[tokio::test]
async fn a_sink_that_panics_stops_neither_the_program_nor_the_other_sinks() {
    let memory = Memory::new();
    let (report, reported) = std::sync::mpsc::channel();
    let tap = Tap::server("test")
        .sink(Broken)
        .sink(memory.clone())
        .on_error(move |error| {
            report.send(error.to_string()).unwrap();
            panic!("a bug of the program");
        })
        .start()
        .unwrap();
    tap.mark("first");
    tap.flush().await;
    tap.mark("second");
    let error = tap.finish().await.unwrap_err().to_string();
    assert_eq!(error, "recording to a broken sink has stopped: it panicked");
    assert_eq!(reported.try_iter().collect::<Vec<_>>(), [error]);
    assert_eq!(memory.events().len(), 2);
}

#[test]
fn a_buffer_beyond_all_memory_is_refused() {
    for (events, payload) in [(usize::MAX, 0), (1, usize::MAX)] {
        let refused = Tap::server("test").buffer(events, payload).capture(1).start();
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::OutOfMemory);
    }
}
