//! Tests of sinks that fail, and of recordings that cannot start.

use super::*;

/// A sink that returns an error for its first batch.
struct FullDisk;

impl Sink for FullDisk {
    fn name(&self) -> String {
        "a full disk".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        Err(ErrorKind::StorageFull.into())
    }
}

#[tokio::test]
async fn failing_sink_does_not_stop_other_sinks() {
    let memory = Memory::new();
    let tap = Tap::server("test").sink(FullDisk).sink(memory.clone()).start().unwrap();
    tap.mark("first");
    tap.flush().await;
    tap.mark("second");
    assert_eq!(tap.finish().await.unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(memory.events().len(), 2);
}

/// A sink that panics on its first batch.
struct PanickingSink;

impl Sink for PanickingSink {
    fn name(&self) -> String {
        "a broken sink".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        panic!("a bug of the sink")
    }
}

#[tokio::test]
async fn panicking_sink_does_not_stop_other_sinks() {
    let memory = Memory::new();
    let (report, reported) = std::sync::mpsc::channel();
    let tap = Tap::server("test")
        .sink(PanickingSink)
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
    assert_eq!(reported.try_iter().collect::<Vec<_>>(), [&*error]);
    insta::assert_snapshot!(error, @"recording to a broken sink has stopped: the sink panicked");
    assert_eq!(memory.events().len(), 2);
}

#[cfg(feature = "file")]
#[test]
fn trace_file_error_names_the_path() {
    let error = TraceFile::create("/nowhere/at/all.jsonl").unwrap_err().to_string();
    assert!(error.contains("/nowhere/at/all.jsonl"), "{error}");
}

#[test]
fn start_refuses_buffer_larger_than_address_space() {
    for (events, payload) in [(usize::MAX, 0), (1, usize::MAX)] {
        let error = Tap::server("test").buffer(events, payload).capture(1).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    }
}
