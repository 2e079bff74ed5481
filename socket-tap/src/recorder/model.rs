//! Tests the recorder and its drain thread with the model checker shuttle, which tries many interleavings:
//! random ones, and those of [PCT](https://doi.org/10.1145/1736020.1736040). No time passes in the model, so
//! it reports a lost wake-up as a deadlock.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use shuttle::future::block_on;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

use super::sync::{mpsc, thread};
use super::*;
use crate::event::{Event, Gap, Transfer};
use crate::format::End;
use crate::sink::Memory;
use crate::socket_recorder::SocketRecorder;
use crate::tap::Tap;
use crate::transfer_count::Access;

/// Number of interleavings to try with each scheduler.
const ORDERS: usize = 1_000;

/// A lock that is held while a model runs. Only one model may run at a time, because all models share the
/// static slots in which threads publish their socket calls.
static RUNNING: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn check(model: fn()) {
    let _running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    run(model, RandomScheduler::new(ORDERS));
    run(model, PctScheduler::new(3, ORDERS));
}

fn run(model: fn(), scheduler: impl Scheduler + 'static) {
    let mut config = Config::new();
    config.stack_size = 256 * 1024;
    Runner::new(scheduler, config).run(model);
}

/// Starts a recording that can buffer `room` reads and writes in each of its two shards.
fn start(room: usize) -> (Tap, Memory) {
    let memory = Memory::new();
    (Tap::server("model").buffer(2 * room, 0).sink(memory.clone()).start().unwrap(), memory)
}

fn accept(tap: &Tap) -> SocketRecorder {
    let socket = SocketRecorder::new(tap.recording().unwrap(), None);
    socket.succeeded(Op::Accept { on: socket.sock(), fd: None, local: None, peer: None });
    socket
}

fn read(socket: &SocketRecorder, bytes: usize) {
    socket.read(&[0; 16][..bytes], 16, Access::Exclusive);
}

/// Records a write. Calls `sent` while the write is in progress, at the moment at which the kernel would send
/// the bytes.
fn write(socket: &SocketRecorder, bytes: usize, sent: impl FnOnce()) {
    let entered = socket.enter();
    sent();
    socket.wrote(&entered, (bytes, 0), std::iter::once(&[0; 16][..bytes]), Access::Exclusive);
}

/// Returns the events of each socket as texts: the byte count of a read or write, and the name of any other
/// operation.
fn by_socket(events: &[Event]) -> BTreeMap<SockId, Vec<String>> {
    let mut sockets: BTreeMap<SockId, Vec<String>> = BTreeMap::new();
    for event in events {
        let Some(sock) = event.sock else { continue };
        sockets.entry(sock).or_default().push(match &event.op {
            Op::Read(Transfer { bytes, .. }) | Op::Write(Transfer { bytes, .. }) => bytes.to_string(),
            op => op.name().to_owned(),
        });
    }
    sockets
}

fn in_order(memory: &Memory) -> Vec<Event> {
    let events = memory.events();
    assert!(events.is_sorted_by_key(|event| event.t), "time runs backwards: {events:?}");
    events
}

#[test]
fn unclosed_socket_counts_as_open_at_end() {
    check(|| {
        let (tap, memory) = start(8);
        let threads = [0, 1].map(|_| {
            let tap = tap.clone();
            thread::spawn(move || {
                let socket = accept(&tap);
                read(&socket, 1);
                write(&socket, 2, || {});
                // The remaining events are recorded by another thread, in its shard.
                let rest = thread::spawn(move || {
                    read(&socket, 3);
                    write(&socket, 4, || {});
                });
                rest.join().unwrap();
            })
        });
        let end = tap.finish_blocking().unwrap();
        let cut = in_order(&memory).len();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!((memory.events().len(), tap.open_sockets().len(), tap.open_streams()), (cut, 0, 0));
        let recorder = tap.recording().unwrap();
        assert!(
            recorder.shards.iter().all(|shard| lock(&shard.0).is_empty()),
            "a shard has records after the end of the recording"
        );
        let mut open = 0;
        for (sock, events) in by_socket(&memory.events()) {
            assert!(
                ["accept", "1", "2", "3", "4", "close"]
                    .starts_with(&events[..].iter().map(String::as_str).collect::<Vec<_>>()),
                "#{sock}: {events:?}"
            );
            open += u64::from(events.len() < 6);
        }
        assert_eq!((end.open, end.events, end.lost), (open, cut as u64, 0));
    });
}

#[test]
fn gap_event_counts_dropped_events_exactly() {
    check(|| {
        let (tap, memory) = start(2);
        let threads = [0, 1].map(|_| {
            let tap = tap.clone();
            thread::spawn(move || {
                let socket = accept(&tap);
                (1..5).for_each(|bytes| read(&socket, bytes));
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let end = tap.finish_blocking().unwrap();
        let (events, mut gap) = (in_order(&memory), Gap::default());
        let (mut reads, mut bytes) = (0, 0);
        for event in &events {
            match &event.op {
                Op::Read(transfer) => (reads, bytes) = (reads + 1, bytes + transfer.bytes),
                Op::Gap(more) => gap.add(more),
                _ => {}
            }
        }
        assert_eq!((reads + gap.reads, bytes + gap.rx, gap.events()), (8, 20, gap.reads));
        assert_eq!((end.lost, end.events, end.open), (gap.reads, events.len() as u64, 0));
        for (sock, events) in by_socket(&events) {
            assert!(
                events.is_sorted_by_key(|event| match &**event {
                    "accept" => 0,
                    "close" => 9,
                    bytes => bytes.parse().unwrap(),
                }),
                "#{sock}: {events:?}"
            );
            assert_eq!((&*events[0], &*events[events.len() - 1]), ("accept", "close"));
        }
    });
}

#[test]
fn write_event_precedes_read_event_of_peer() {
    check(|| {
        let (tap, memory) = start(8);
        let (send, receive) = mpsc::channel();
        let reader = thread::spawn({
            let tap = tap.clone();
            move || {
                let socket = accept(&tap);
                receive.recv().unwrap();
                read(&socket, 2);
                socket
            }
        });
        let flusher = thread::spawn({
            let tap = tap.clone();
            move || tap.flush_blocking()
        });
        let writer = accept(&tap);
        write(&writer, 1, || send.send(()).unwrap());
        let _open = (reader.join().unwrap(), writer);
        flusher.join().unwrap();
        tap.finish_blocking().unwrap();
        let transfers: Vec<u64> = in_order(&memory)
            .iter()
            .filter_map(|event| match &event.op {
                Op::Read(transfer) | Op::Write(transfer) => Some(transfer.bytes),
                _ => None,
            })
            .collect();
        assert_eq!(transfers, [1, 2]);
    });
}

#[test]
fn flush_delivers_all_earlier_events() {
    check(|| {
        let (tap, memory) = start(8);
        let threads = [0, 1].map(|_| {
            let (tap, memory) = (tap.clone(), memory.clone());
            thread::spawn(move || {
                let socket = accept(&tap);
                write(&socket, 1, || {});
                tap.flush_blocking();
                assert_eq!(by_socket(&memory.events())[&socket.sock()], ["accept", "1"]);
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        drop(tap);
        assert_eq!(in_order(&memory).len(), 6, "dropping the last tap must complete the recording");
    });
}

#[test]
fn every_command_to_drain_thread_gets_reply() {
    check(|| {
        let (tap, memory) = start(8);
        let ends: [fn(&Tap) -> io::Result<End>; 2] =
            [Tap::finish_blocking, |tap| block_on(tap.finish_when_idle(Duration::from_secs(3_600)))];
        let threads = ends.map(|end| {
            let tap = tap.clone();
            thread::spawn(move || end(&tap).is_ok())
        });
        let flusher = thread::spawn({
            let tap = tap.clone();
            move || tap.flush_blocking()
        });
        let socket = accept(&tap);
        drop((tap, socket));
        let ended = threads.map(|thread| thread.join().unwrap());
        flusher.join().unwrap();
        assert!(ended.contains(&true), "neither of the two finish commands succeeded");
        in_order(&memory);
    });
}

#[test]
fn finish_when_idle_completes_at_the_last_close() {
    check(|| {
        let (tap, memory) = start(8);
        let socket = accept(&tap);
        let closer = thread::spawn(move || drop(socket));
        let end = block_on(tap.finish_when_idle(Duration::from_secs(3_600))).unwrap();
        assert_eq!((end.open, end.events, memory.events().len()), (0, 2, 2));
        closer.join().unwrap();
    });
}
