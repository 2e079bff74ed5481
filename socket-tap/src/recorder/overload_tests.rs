//! Tests of the recorder while a sink blocks and the buffers are full.

use std::collections::HashMap;
use std::io;
use std::sync::mpsc;

use super::capacity::MIN_LIFECYCLE_EVENTS;
use super::*;
use crate::close::Totals;
use crate::event::{Event, Gap, Transfer};
use crate::sink::{Memory, Sink};
use crate::socket_recorder::SocketRecorder;
use crate::tap::Tap;
use crate::transfer_count::Access;

/// A sink that notifies the test of its first batch, and then blocks until the test releases it.
struct BlockingSink {
    reached: Option<mpsc::Sender<()>>,
    released: mpsc::Receiver<()>,
}

impl Sink for BlockingSink {
    fn name(&self) -> String {
        "a slow disk".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        if let Some(reached) = self.reached.take() {
            reached.send(()).unwrap();
            let _ = self.released.recv();
        }
        Ok(())
    }
}

/// Runs `load` while the sink blocks. Returns the recorded events except the first, and the number of lost
/// events.
fn while_blocked(load: impl FnOnce(&Tap, &Recording)) -> (Vec<Event>, u64) {
    // Dropped after the channels: if `load` panics, the sink is released, so that the tap does not wait for it.
    let tap;
    let (memory, (reached, is_blocked), (release, released)) =
        (Memory::new(), mpsc::channel(), mpsc::channel());
    let while_blocked = BlockingSink { reached: Some(reached), released };
    tap = Tap::server("test").buffer(1, 0).sink(while_blocked).sink(memory.clone()).start().unwrap();
    tap.mark("before");
    is_blocked.recv().unwrap();
    let recorder = tap.recording().unwrap().clone();
    load(&tap, &recorder);
    release.send(()).unwrap();
    let end = tap.finish_blocking().unwrap();
    assert_eq!(end.events, memory.events().len() as u64);
    (memory.events().split_off(1), end.lost)
}

fn connection(recorder: &Recording) -> SocketRecorder {
    let socket = SocketRecorder::new(recorder, None);
    socket.succeeded(Op::accept(socket.sock()));
    socket
}

fn run(socket: SocketRecorder) {
    socket.read(b"ping", 8, Access::Exclusive);
    let entered = socket.enter();
    socket.wrote(&entered, (6, 0), std::iter::once(&b"answer"[..]), Access::Exclusive);
    drop(entered);
    socket.read(b"", 8, Access::Exclusive);
    socket.shut_down(&socket.enter(), &Ok(()));
}

fn buffered(recorder: &Recorder) -> usize {
    recorder.shards.iter().map(|shard| lock(&shard.0).buffered()).sum()
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
fn memory_is_bounded_while_a_sink_blocks() {
    let (events, lost) = while_blocked(|_, recorder| {
        for _ in 0..CONNECTIONS {
            run(connection(recorder));
        }
        // This thread fills one shard; the last connection exceeds it by its reserved events.
        assert!(buffered(recorder) <= MIN_LIFECYCLE_EVENTS + 9, "{} events are buffered", buffered(recorder));
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
    assert!(gap.connections > 0, "the capacity must be too small");
    assert_eq!((accepts + gap.connections, closes), (CONNECTIONS, accepts));
    assert_eq!((seen.reads + gap.reads, seen.rx + gap.rx), (2 * CONNECTIONS, 4 * CONNECTIONS));
    assert_eq!((seen.writes + gap.writes, seen.tx + gap.tx), (CONNECTIONS, 6 * CONNECTIONS));
    // Each connection has six events: accept, two reads, write, shutdown, close.
    let present = events.iter().filter(|event| !matches!(event.op, Op::Gap(_))).count() as u64;
    assert_eq!((present + gap.events(), lost), (6 * CONNECTIONS, gap.events()));
}

#[test]
fn connections_recorded_during_overload_keep_lifecycle_events() {
    let (events, _) = while_blocked(|_, recorder| {
        let early: Vec<SocketRecorder> = (0..100).map(|_| connection(recorder)).collect();
        for _ in 0..CONNECTIONS {
            run(connection(recorder));
        }
        early.into_iter().for_each(run);
    });
    let mut sockets: HashMap<SockId, Vec<&str>> = HashMap::new();
    for event in &events {
        let Some(sock) = event.sock else { continue };
        sockets.entry(sock).or_default().push(match &event.op {
            Op::Read(Transfer { eof: true, .. }) => "eof",
            op => op.name(),
        });
    }
    assert!(
        sockets.len() > 100 && (sockets.len() as u64) < CONNECTIONS,
        "{} sockets are recorded",
        sockets.len()
    );
    for (sock, mut events_of_socket) in sockets {
        // Reads and writes have a separate buffer, which is small here.
        events_of_socket.retain(|op| !matches!(*op, "read" | "write"));
        assert_eq!(events_of_socket, ["accept", "eof", "shutdown", "close"], "#{sock}");
    }
}

#[test]
fn number_of_buffered_errors_and_marks_is_bounded() {
    let (events, lost) = while_blocked(|tap, recorder| {
        let broken = connection(recorder);
        for _ in 0..CONNECTIONS {
            broken.transfer_failed(Direction::Read, &io::ErrorKind::ConnectionReset.into());
            tap.mark("again");
        }
        drop(broken);
        assert!(buffered(recorder) <= MIN_LIFECYCLE_EVENTS + 9, "{} events are buffered", buffered(recorder));
    });
    assert_eq!(gaps(&events).others, lost);
    assert_eq!(events.len() as u64 - 1 + lost, 2 * CONNECTIONS + 2);
    assert!(events.iter().any(|event| matches!(event.op, Op::Close(_))), "the close must be recorded");
}
