//! Behavior under overload, while a sink blocks.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc;

use super::*;
use crate::close::Totals;
use crate::event::{Event, Gap, Transfer};
use crate::sink::{Memory, Sink};
use crate::socket_recorder::SocketRecorder;
use crate::tap::Tap;
use crate::transfer_count::Access;

/// A sink that reports its first batch, and blocks until the test releases it.
struct Held {
    reached: Option<mpsc::Sender<()>>,
    go_on: mpsc::Receiver<()>,
}

impl Sink for Held {
    fn name(&self) -> String {
        "a slow disk".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        if let Some(reached) = self.reached.take() {
            reached.send(()).unwrap();
            let _ = self.go_on.recv();
        }
        Ok(())
    }
}

/// Runs `load` while the sink blocks, and returns the events after the first one and the number of lost events.
fn held(load: impl FnOnce(&Tap, &Recording)) -> (Vec<Event>, u64) {
    // Dropped after the channels: if `load` panics, the sink is released, so that the tap does not wait for it.
    let tap;
    let (memory, (reached, is_held), (release, go_on)) = (Memory::new(), mpsc::channel(), mpsc::channel());
    let held = Held { reached: Some(reached), go_on };
    tap = Tap::server("test").buffer(1, 0).sink(held).sink(memory.clone()).start().unwrap();
    tap.mark("before");
    is_held.recv().unwrap();
    let recorder = tap.recording().unwrap().clone();
    load(&tap, &recorder);
    release.send(()).unwrap();
    let end = tap.finish_blocking().unwrap();
    assert_eq!(end.events, memory.events().len() as u64);
    (memory.events().split_off(1), end.lost)
}

fn connection(recorder: &Recording) -> SocketRecorder {
    let socket = SocketRecorder::new(recorder, None);
    socket.succeeded(Op::Accept { on: socket.sock(), fd: None, local: None, peer: None });
    socket
}

fn live(socket: SocketRecorder) {
    socket.read(b"ping", 8, Access::Exclusive);
    let entered = socket.enter();
    socket.wrote(&entered, (6, 0), std::iter::once(&b"answer"[..]), Access::Exclusive);
    drop(entered);
    socket.read(b"", 8, Access::Exclusive);
    socket.shut_down(&socket.enter(), &Ok(()));
}

fn waiting(recorder: &Recorder) -> usize {
    recorder.shards.iter().map(|shard| lock(&shard.0).waiting()).sum()
}

fn gaps(events: &[Event]) -> Gap {
    let mut sum = Gap::default();
    for event in events {
        if let Op::Gap(gap) = &event.op {
            sum.add(gap);
        }
    }
    sum
}

const CONNECTIONS: u64 = 20_000;

#[test]
fn blocked_sinks_bound_memory_and_keep_sums() {
    let (events, lost) = held(|_, recorder| {
        for _ in 0..CONNECTIONS {
            live(connection(recorder));
        }
        // This thread fills one shard; the last connection exceeds it by its reserved events.
        assert!(waiting(recorder) <= MIN_LIFECYCLE_EVENTS + 9, "{} wait", waiting(recorder));
    });
    let gap = gaps(&events);
    let (mut accepts, mut closes, mut seen) = (0, 0, Totals::default());
    for event in &events {
        match &event.op {
            Op::Accept { .. } => accepts += 1,
            Op::Close(_) => closes += 1,
            Op::Read(transfer) => (seen.reads, seen.rx) = (seen.reads + 1, seen.rx + transfer.bytes),
            Op::Write(transfer) => (seen.writes, seen.tx) = (seen.writes + 1, seen.tx + transfer.bytes),
            _ => {}
        }
    }
    assert!(gap.connections > 0, "the reserve was meant to be too small");
    assert_eq!((accepts + gap.connections, closes), (CONNECTIONS, accepts));
    assert_eq!((seen.reads + gap.reads, seen.rx + gap.rx), (2 * CONNECTIONS, 4 * CONNECTIONS));
    assert_eq!((seen.writes + gap.writes, seen.tx + gap.tx), (CONNECTIONS, 6 * CONNECTIONS));
    // Each connection has six events: accept, two reads, write, shutdown, close.
    let present = events.iter().filter(|event| !matches!(event.op, Op::Gap(_))).count() as u64;
    assert_eq!((present + gap.events(), lost), (6 * CONNECTIONS, gap.events()));
}

#[test]
fn connection_is_recorded_to_its_end_or_dropped() {
    let (events, _) = held(|_, recorder| {
        let early: Vec<SocketRecorder> = (0..100).map(|_| connection(recorder)).collect();
        for _ in 0..CONNECTIONS {
            live(connection(recorder));
        }
        early.into_iter().for_each(live);
    });
    let mut stories: HashMap<SockId, Vec<&str>> = HashMap::new();
    for event in &events {
        let Some(sock) = event.sock else { continue };
        stories.entry(sock).or_default().push(match &event.op {
            Op::Read(Transfer { eof: true, .. }) => "eof",
            op => op.name(),
        });
    }
    assert!(stories.len() > 100 && (stories.len() as u64) < CONNECTIONS, "{} are told", stories.len());
    for (sock, mut story) in stories {
        // Reads and writes have a separate buffer, which is small here.
        story.retain(|op| !matches!(*op, "read" | "write"));
        assert_eq!(story, ["accept", "eof", "shutdown", "close"], "#{sock}");
    }
}

#[test]
fn endless_errors_and_marks_are_bounded() {
    let (events, lost) = held(|tap, recorder| {
        let broken = connection(recorder);
        for _ in 0..CONNECTIONS {
            broken.transfer_failed(Direction::Read, &io::ErrorKind::ConnectionReset.into());
            tap.mark("again");
        }
        drop(broken);
        assert!(waiting(recorder) <= MIN_LIFECYCLE_EVENTS + 9, "{} wait", waiting(recorder));
    });
    assert_eq!(gaps(&events).others, lost);
    assert_eq!(events.len() as u64 - 1 + lost, 2 * CONNECTIONS + 2);
    assert!(events.iter().any(|event| matches!(event.op, Op::Close(_))), "the close is never lost");
}
