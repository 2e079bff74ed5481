//! Measures how fast traces are read, and that memory does not grow with their length.
//!
//! `cargo bench -p socket-trace` prints a Markdown table. Output and exports are discarded, so that the disk
//! is not measured.
//!
//! This program uses no benchmark framework, because it measures memory as well, and one run takes seconds.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its results, and panics on errors"
)]

mod generate;

use std::fs;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::Instant;

use socket_tap::format::Side;
use socket_trace::compare::Comparison;
use socket_trace::export::{Export, Format};
use socket_trace::reader::Trace;
use socket_trace::show::lines::Style;
use socket_trace::show::view::View;
use socket_trace::summary::{RecordingState, Summary};
use socket_trace::table;
use socket_trace::timeline::AnnotatedEvents;
use socket_trace::timeline::Timeline;

use generate::write_trace;

/// A measured function, which processes the trace file at the given path.
type Case = fn(&Path);

/// Name of each measured function, the function, and `true` if its trace contains payload.
const CASES: &[(&str, Case, bool)] = &[
    ("compare", compare, false),
    ("compare, with payload", compare, true),
    ("show", show, false),
    ("show, with payload", show, true),
    ("export to CSV", |path| export(path, Format::Csv), false),
    ("export to qlog", |path| export(path, Format::Qlog), false),
    ("export to pcapng", |path| export(path, Format::Pcapng), false),
    ("export to pcapng, with payload", |path| export(path, Format::Pcapng), true),
];
/// Number of runs of each measured function. The fastest run counts, because other load can only slow a run
/// down.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` runs the benchmark, too, with short traces.
    let bench = std::env::args().any(|arg| arg == "--bench");
    let [short, long] = if bench { [100_000, 1_000_000] } else { [1_000, 10_000] };
    println!("| | events/s | peak memory, {short} events | peak memory, {long} events |");
    println!("|---|--:|--:|--:|");
    for (name, case, payload) in CASES {
        let paths = [short, long].map(|events| write_trace(events, *payload));
        let memory = paths.each_ref().map(|path| peak_memory(|| case(path)));
        let [of_short, of_long] =
            memory.map(|kib| kib.map_or_else(|| "–".to_owned(), |kib| format!("{kib} KiB")));
        println!("| {name} | {:.0} | {of_short} | {of_long} |", rate(long, || case(&paths[1])));
        paths.iter().for_each(|path| fs::remove_file(path).unwrap());
    }
}

fn compare(path: &Path) {
    let summary = Summary::of(Trace::open(path).unwrap(), RecordingState::Finished).unwrap();
    assert!(summary.defects.is_empty(), "{:?}", summary.defects);
    let comparison = Comparison::of(vec![summary]);
    black_box(table::differences(&comparison.traces, Side::Server));
}

fn show(path: &Path) {
    let mut events = AnnotatedEvents::new(Timeline::of(vec![Trace::open(path).unwrap()]));
    let style = Style { color: false, width: None, bytes: false, headers: false, full: false };
    let (mut view, mut out) = (View::text(events.timeline(), style), io::sink());
    view.begin(events.timeline().recordings(), &mut out).unwrap();
    while let Some(annotated) = events.next_event().unwrap() {
        view.event(&annotated, true, events.timeline().recordings(), &mut out).unwrap();
    }
    view.end(&mut out).unwrap();
}

fn export(path: &Path, format: Format) {
    let mut export = Export::to(format, Box::new(io::sink()), "-").unwrap();
    export.add(&mut Trace::open(path).unwrap()).unwrap();
    black_box(export.finish().unwrap());
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(events: u64, case: impl Fn()) -> f64 {
    let seconds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        case();
        start.elapsed().as_secs_f64()
    });
    events as f64 / seconds.fold(f64::INFINITY, f64::min)
}

/// Returns by how many KiB `case` raises the peak memory of the process. `None` except on Linux.
fn peak_memory(case: impl Fn()) -> Option<u64> {
    // Run once before, so that one-time allocations do not count.
    case();
    // Reset the peak to the current use: see proc_pid_clear_refs(5).
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = highest()?;
    case();
    Some(highest()?.saturating_sub(before))
}

fn highest() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
