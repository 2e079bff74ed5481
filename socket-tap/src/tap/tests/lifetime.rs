//! Tests of the end of a recording.

use super::*;

#[tokio::test]
async fn finished_recording_ignores_later_events() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(memory.clone()).start().unwrap();
    tap.mark("in");
    assert_eq!(tap.finish().await.unwrap().events, 1);
    tap.mark("out");
    tap.flush().await;
    assert!(tap.finish().await.is_err());
    assert_eq!(memory.events().len(), 1);
}

#[cfg(feature = "file")]
#[test]
fn dropping_last_tap_writes_the_end_line() {
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

#[tokio::test]
async fn unclosed_streams_count_as_open_at_finish() {
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
async fn open_sockets_keep_their_recording_alive() {
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

/// A sink that sends the size of each batch to a channel. It blocks while the channel is full, until a task
/// on the test's runtime receives from it.
struct ChannelSink(tokio::sync::mpsc::Sender<usize>);

impl Sink for ChannelSink {
    fn name(&self) -> String {
        "a channel".to_owned()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        self.0.blocking_send(batch.len()).map_err(io::Error::other)
    }
}

#[tokio::test]
async fn dropping_last_tap_does_not_block_runtime() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let tap = Tap::server("test").sink(ChannelSink(sender)).start().unwrap();
    for _ in 0..10 {
        tap.mark("step");
        // Each flush creates a batch; the second waits until the first is received.
        let mut flush = Box::pin(tap.flush());
        let _ = flush.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        thread::yield_now();
    }
    // If dropping waited for the sink, the sink would wait for the lines below.
    drop(tap);
    let mut events = 0;
    while let Some(batch) = receiver.recv().await {
        events += batch;
    }
    assert_eq!(events, 10);
}

#[tokio::test]
async fn finish_when_idle_waits_for_streams_until_timeout() {
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
