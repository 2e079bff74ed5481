//! Tests that recording a read or write allocates nothing on the thread that makes the socket call.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod counting;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use socket_tap::event::{Event, Op};
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Number of reads in each test. Each test makes as many writes, and as many vectored writes.
const TIMES: usize = 200;

/// An in-memory stream that transfers 100 bytes per poll, and allocates nothing.
struct Ready;

impl AsyncRead for Ready {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        buf.put_slice(&[7; 100]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Ready {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(100))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(100))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Polls [`TIMES`] reads, as many writes and as many vectored writes, and returns the number of allocations.
/// The number includes the allocations of the thread's first event.
fn allocations_of(stream: &mut TapStream<Ready>) -> usize {
    let (mut cx, mut room) = (Context::from_waker(Waker::noop()), [0; 100]);
    let bytes = [7; 60];
    let slices = [IoSlice::new(&bytes), IoSlice::new(&bytes)];
    let before = counting::allocations();
    for _ in 0..TIMES {
        let mut buf = ReadBuf::new(&mut room);
        assert!(Pin::new(&mut *stream).poll_read(&mut cx, &mut buf).is_ready());
        assert!(Pin::new(&mut *stream).poll_write(&mut cx, &[7; 100]).is_ready());
        assert!(Pin::new(&mut *stream).poll_write_vectored(&mut cx, &slices).is_ready());
    }
    counting::allocations() - before
}

/// Records the reads and writes, and returns the recorded events and the number of allocations. `events` is
/// the capacity of the recorder's buffers.
fn recorded(capture: usize, events: usize) -> (Vec<Event>, usize) {
    let memory = Memory::new();
    let tap = Tap::server("allocations")
        .capture(capture)
        .buffer(events, 1024 * 1024)
        .sink(memory.clone())
        .start()
        .unwrap();
    let mut stream = TapStream::wrap(&tap, Ready, "memory");
    let allocations = allocations_of(&mut stream);
    tap.finish_blocking().unwrap();
    (memory.events(), allocations)
}

fn transfers(events: &[Event]) -> impl Iterator<Item = &socket_tap::event::Transfer> {
    events.iter().filter_map(|event| match &event.op {
        Op::Read(transfer) | Op::Write(transfer) => Some(transfer),
        _ => None,
    })
}

#[test]
fn test_allocator_counts_allocations() {
    let before = counting::allocations();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(counting::allocations() - before, 1);
}

#[test]
fn recording_without_payload_allocates_nothing() {
    let (events, allocations) = recorded(0, 64 * 1024);
    assert_eq!(transfers(&events).filter(|transfer| transfer.data.is_none()).count(), 3 * TIMES);
    assert_eq!(allocations, 0);
}

#[test]
fn recording_with_payload_allocates_nothing() {
    let (events, allocations) = recorded(64, 64 * 1024);
    let captured = |data: &Option<Box<[u8]>>| data.as_ref().is_some_and(|data| data.len() == 64);
    assert_eq!(transfers(&events).filter(|transfer| captured(&transfer.data)).count(), 3 * TIMES);
    assert_eq!(allocations, 0);
}

#[test]
fn overloaded_recorder_drops_events_without_allocating() {
    // Capacity for one transfer, until the drain thread's next round.
    let (events, allocations) = recorded(64, 0);
    let lost: u64 =
        events.iter().map(|event| if let Op::Gap(gap) = &event.op { gap.events() } else { 0 }).sum();
    assert!(lost > 0);
    assert_eq!(transfers(&events).count() as u64 + lost, 3 * TIMES as u64);
    assert_eq!(allocations, 0);
}
