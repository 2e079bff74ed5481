//! Benchmark of the cost of recording one event: on the thread that serves, and on the drain thread.
//!
//! `cargo bench -p socket-tap` prints a Markdown table. Every number is a median over interleaved rounds. The ratio to
//! one reading of the raw clock in the same round is comparable between machines.
//!
//! The benchmark needs its own loop, because frameworks compare a run with an earlier run. Here the cases of one round
//! are compared with each other, and between two measurements the buffers are drained outside of the measured time.
//! Otherwise the cost of counting a gap would be mistaken for that of an event.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails loudly")]

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

/// Number of events between two flushes, far below the capacity of the buffers, so that no event is lost.
const BURST: u64 = 4096;
/// Number of measurements of each case.
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

/// One row of the table.
struct Case {
    name: &'static str,
    /// Index of the same case without a tap, whose cost is subtracted.
    without: Option<usize>,
    /// Runs one burst, and returns the nanoseconds per event.
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
        case("write of 64 B, no tap", None, writes::<64, _>(Ready)),
        case(
            "write of 64 B, tap off",
            Some(0),
            writes::<64, _>(TapStream::wrap(&Tap::off(), Ready, "memory")),
        ),
        case("recorded, discarded", Some(0), recorded::<64>(0, Discard)),
        case("recorded, trace file", Some(0), recorded::<64>(0, file("event.jsonl"))),
        case("recorded with 64 B, discarded", Some(0), recorded::<64>(1024, Discard)),
        case("recorded with 64 B, trace file", Some(0), recorded::<64>(1024, file("capture.jsonl"))),
        case("recorded with 1 KiB, discarded", Some(0), recorded::<1024>(1024, Discard)),
        case("drain thread, trace file", None, drained::<64>(0, file("drained.jsonl"))),
        case("a line of JSON from an event", None, formatted(None)),
        case("a line of JSON with 64 B", None, formatted(Some(64))),
        case("a line of JSON with 1 KiB", None, formatted(Some(1024))),
    ]
}

/// Writes `SIZE` bytes per poll.
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

/// Writes through a tap that records to `sink`. The buffers are drained after each burst, outside of the measured time.
fn recorded<const SIZE: usize>(capture: usize, sink: impl Sink) -> impl FnMut() -> f64 {
    let mut both = recorded_and_drained::<SIZE>(capture, sink);
    move || both().0
}

/// Measures the drain thread's work on a burst, from the buffers to the sink.
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

/// Formats one write into memory, as the trace file does.
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

/// A stream that accepts all bytes and discards them.
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

/// A sink that ends the benchmark if an event is lost, because counting a gap is cheaper than recording.
struct Whole<S>(S);

impl<S: Sink> Sink for Whole<S> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        if batch.iter().any(|event| matches!(event.op, Op::Gap(_))) {
            eprintln!("the buffers were too small: what was measured is not recording");
            std::process::exit(1);
        }
        self.0.events(batch)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
