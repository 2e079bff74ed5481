//! Benchmark of the cost of recording one event: on the thread that makes the socket call, and on the
//! recorder's drain thread.
//!
//! `cargo bench -p socket-tap` prints a Markdown table. Each round measures every case once, and each number
//! is the median of many rounds. The table also shows each time as a multiple of the time that one read of
//! the raw clock takes in the same round. This ratio is comparable between machines.
//!
//! The benchmark has its own measuring loop. Benchmark frameworks compare a run with an earlier run, but here
//! the cases of one round are compared with each other. The loop also drains the recorder's buffers between
//! two measurements, outside of the measured time. Otherwise full buffers would drop events, and dropping is
//! cheaper than recording.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results and panics on errors"
)]

use std::hint::black_box;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use quanta::Clock;
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::write_event;
use socket_tap::sink::{Sink, TraceFile};
use socket_tap::{Tap, TapStream};
use tokio::io::AsyncWrite;
use tokio::runtime::Runtime;

/// Number of events between two flushes. The buffers hold far more, so no event is lost.
const BURST: u64 = 4096;
/// Number of times that each case is measured.
const ROUNDS: usize = 201;

fn main() {
    // `cargo test --benches` also runs the benchmark; one round shows that it works.
    let rounds = if std::env::args().any(|arg| arg == "--bench") { ROUNDS } else { 1 };
    let clock = Clock::new();
    let mut cases = cases();
    let mut raw = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        raw.push(per_event(BURST, || {
            black_box(clock.raw());
        }));
        for case in &mut cases {
            let ns = (case.measure)();
            case.ns.push(ns);
        }
    }
    report(&raw, &cases);
}

/// A benchmark case: one row of the printed table.
struct Case {
    name: &'static str,
    /// Index of the case that makes the same socket calls without a tap. Its time is subtracted from the time
    /// of this case. `None` if nothing is subtracted.
    without: Option<usize>,
    /// Runs one burst of events, and returns the nanoseconds per event.
    measure: Box<dyn FnMut() -> f64>,
    ns: Vec<f64>,
}

fn case(name: &'static str, without: Option<usize>, measure: impl FnMut() -> f64 + 'static) -> Case {
    Case { name, without, measure: Box::new(measure), ns: Vec::new() }
}

fn cases() -> Vec<Case> {
    let file = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        TraceFile::create(path).unwrap()
    };
    vec![
        case("write of 64 B without a tap", None, writes::<64, _>(Ready)),
        case(
            "write of 64 B, tap off",
            Some(0),
            writes::<64, _>(TapStream::wrap(&Tap::off(), Ready, "memory")),
        ),
        case("write recorded without payload, events discarded", Some(0), recorded::<64>(0, Discard)),
        case(
            "write recorded without payload to a trace file",
            Some(0),
            recorded::<64>(0, file("event.jsonl")),
        ),
        case("write recorded with 64 B of payload, events discarded", Some(0), recorded::<64>(1024, Discard)),
        case(
            "write recorded with 64 B of payload to a trace file",
            Some(0),
            recorded::<64>(1024, file("capture.jsonl")),
        ),
        case(
            "write recorded with 1 KiB of payload, events discarded",
            Some(0),
            recorded::<1024>(1024, Discard),
        ),
        case("drain thread writes an event to a trace file", None, drained::<64>(0, file("drained.jsonl"))),
        case("event without payload formatted as JSON", None, formatted(None)),
        case("event with 64 B of payload formatted as JSON", None, formatted(Some(64))),
        case("event with 1 KiB of payload formatted as JSON", None, formatted(Some(1024))),
    ]
}

/// Returns a function that writes `SIZE` bytes [`BURST`] times, and returns the nanoseconds per write.
fn writes<const SIZE: usize, S: AsyncWrite + Unpin + 'static>(mut stream: S) -> impl FnMut() -> f64 {
    move || {
        let mut cx = Context::from_waker(Waker::noop());
        let bytes = [7; SIZE];
        per_event(BURST, || {
            let written = Pin::new(&mut stream).poll_write(&mut cx, black_box(&bytes));
            assert!(matches!(black_box(written), Poll::Ready(Ok(all)) if all == SIZE));
        })
    }
}

/// Returns a function that measures a burst of writes through a tap that records to `sink`. The measured time
/// does not include the work of the drain thread.
fn recorded<const SIZE: usize>(capture: usize, sink: impl Sink) -> impl FnMut() -> f64 {
    let mut both = recorded_and_drained::<SIZE>(capture, sink);
    move || both().0
}

/// Returns a function that measures how long the drain thread takes to pass a burst of events to `sink`.
fn drained<const SIZE: usize>(capture: usize, sink: impl Sink) -> impl FnMut() -> f64 {
    let mut both = recorded_and_drained::<SIZE>(capture, sink);
    move || both().1
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn recorded_and_drained<const SIZE: usize>(capture: usize, sink: impl Sink) -> impl FnMut() -> (f64, f64) {
    let tap = Tap::server("bench").capture(capture).sink(Whole(sink)).start().unwrap();
    let runtime: Runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut burst = writes::<SIZE, _>(TapStream::wrap(&tap, Ready, "memory"));
    move || {
        let recorded = burst();
        let start = Instant::now();
        runtime.block_on(tap.flush());
        (recorded, start.elapsed().as_nanos() as f64 / BURST as f64)
    }
}

/// Returns a function that measures how long it takes to format a write event with `captured` bytes of payload
/// as a line of JSON.
fn formatted(captured: Option<usize>) -> impl FnMut() -> f64 {
    let mut transfer = Transfer::new(175).with_slices(2);
    transfer.data = captured.map(|length| vec![7; length].into());
    let mut event = Event::new(960_000_000, SockId::new(1234), Op::Write(transfer));
    let mut out = Vec::new();
    move || {
        per_event(BURST, || {
            out.clear();
            event.t += 1;
            write_event(&mut out, black_box(&event)).unwrap();
            black_box(&out);
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean")]
fn per_event(count: u64, mut once: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        once();
    }
    start.elapsed().as_nanos() as f64 / count as f64
}

fn report(raw: &[f64], cases: &[Case]) {
    println!("| | ns | × raw clock reading | interquartile range |");
    println!("|---|--:|--:|--:|");
    println!("| raw clock reading | {:.1} | 1.00 | |", quantile(raw, 0.5));
    for case in cases {
        let own: Vec<f64> = match case.without {
            None => case.ns.clone(),
            Some(base) => case.ns.iter().zip(&cases[base].ns).map(|(ns, without)| ns - without).collect(),
        };
        let ratio: Vec<f64> = own.iter().zip(raw).map(|(ns, raw)| ns / raw).collect();
        let [low, middle, high] = [0.25, 0.5, 0.75].map(|at| quantile(&ratio, at));
        let plus = if case.without.is_some() { "+ " } else { "" };
        let ns = quantile(&own, 0.5);
        println!("| {} | {plus}{ns:.1} | {middle:.2} | {low:.2} to {high:.2} |", case.name);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index"
)]
fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * at).round() as usize]
}

/// An in-memory stream that accepts and discards all bytes, so that writes never wait.
struct Ready;

impl AsyncWrite for Ready {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A sink that discards events.
struct Discard;

impl Sink for Discard {
    fn name(&self) -> String {
        "nowhere".to_owned()
    }

    fn events(&mut self, _: &[Event]) -> io::Result<()> {
        Ok(())
    }
}

/// A sink that aborts the benchmark if the recorder drops an event: dropping is cheaper than recording, so
/// the measurement would be wrong.
struct Whole<S>(S);

impl<S: Sink> Sink for Whole<S> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        if batch.iter().any(|event| matches!(event.op, Op::Gap(_))) {
            eprintln!(
                "the recorder dropped events, so the measured times are too short; use a smaller BURST"
            );
            std::process::exit(1);
        }
        self.0.events(batch)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
