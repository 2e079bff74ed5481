//! How fast traces are read, and that memory does not grow with their length.
//!
//! `cargo bench -p socket-trace` prints a Markdown table. The traces are made up: connections that are kept open for a
//! hundred calls over HTTP/1.1 each, sixty-four of them at a time, with what was said and without.
//!
//! A loop of its own and no benchmark framework: it measures memory as well, and one run takes seconds.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails loudly")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use socket_tap::close::{Close, EndedBy, Totals};
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::{End, Header, Line, Side, VERSION, write_event};
use socket_trace::compare::Comparison;
use socket_trace::reader::Trace;
use socket_trace::summary::{Recording, Summary};
use socket_trace::table;

/// What is done with a trace.
type Case = fn(&Path);

/// What is measured, what it is called in the table, and whether the trace has payload.
const CASES: &[(&str, Case, bool)] = &[("compare", compare, false), ("compare, with payload", compare, true)];
/// How often each case is measured; the fastest counts: whatever else runs makes it slower, and nothing faster.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` runs this, too: short traces show that it works.
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
    let summary = Summary::of(Trace::open(path).unwrap(), Recording::Ended).unwrap();
    assert!(summary.doubts.is_empty(), "{:?}", summary.doubts);
    let comparison = Comparison::of(vec![summary]);
    black_box(table::differences(&comparison.traces, Side::Server));
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

/// By how much the most memory that this process had rises while `case` runs, in KiB. Only Linux tells.
fn peak_memory(case: impl Fn()) -> Option<u64> {
    // Once before, so that what is allocated only once does not count.
    case();
    // proc_pid_clear_refs(5): the peak is now what is in use.
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

const OPEN_AT_ONCE: u64 = 64;
const CALLS_OF_A_CONNECTION: u64 = 100;
const STEPS: u64 = 10;

const REQUEST: &str =
    "GET /v1/books/1 HTTP/1.1\r\nhost: 127.0.0.1:3000\r\naccept: */*\r\nuser-agent: curl/8.5.0\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"1\"\r\ncontent-length: 82\r\n\
    date: Sun, 22 Nov 2026 15:04:05 GMT\r\n\r\n\
    {\"id\":1,\"title\":\"UNIX Network Programming\",\"author_id\":1,\"year\":1990,\"revision\":1}";

/// A server's recording of about so many events.
fn write_trace(events: u64, payload: bool) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{events}.jsonl"));
    let mut trace = Writer { out: BufWriter::new(File::create(&path).unwrap()), payload, t: 0, events: 0 };
    trace.begin();
    let mut first = 2;
    while trace.events < events {
        // A step that has been goes on: a recording may be long, but nobody gives a million names.
        let step = (trace.events * 2 * STEPS / events) % STEPS;
        trace.event(0, Op::Mark { label: format!("step {step}").into() });
        for sock in first..first + OPEN_AT_ONCE {
            trace.accept(sock);
        }
        for _ in 0..CALLS_OF_A_CONNECTION {
            for sock in first..first + OPEN_AT_ONCE {
                trace.event(sock, Op::Read(trace.transfer(REQUEST)));
                trace.event(sock, Op::Write(trace.transfer(ANSWER)));
            }
        }
        for sock in first..first + OPEN_AT_ONCE {
            trace.close(sock);
        }
        first += OPEN_AT_ONCE;
    }
    trace.end();
    path
}

struct Writer {
    out: BufWriter<File>,
    payload: bool,
    t: u64,
    events: u64,
}

impl Writer {
    fn begin(&mut self) {
        let header = Header {
            version: VERSION,
            name: "bench".to_owned(),
            side: Side::Server,
            program: "rate".to_owned(),
            pid: 1,
            started: "2026-11-22T15:04:05.123456789Z".to_owned(),
            monotonic_ns: 0,
            capture: if self.payload { 16_384 } else { 0 },
            part: 0,
            since: 0,
        };
        Line::Header(header).write(&mut self.out).unwrap();
        self.event(1, Op::Socket { fd: Some(9), domain: "ipv4".into(), kind: "stream".into() });
        self.event(1, Op::Bind { local: "127.0.0.1:3000".parse().ok() });
        self.event(1, Op::Listen { backlog: 1024 });
    }

    fn accept(&mut self, sock: SockId) {
        let local = "127.0.0.1:3000".parse().ok();
        let peer = format!("127.0.0.1:{}", 1024 + sock % 60_000).parse().ok();
        self.event(sock, Op::Accept { on: 1, fd: Some(11), local, peer });
        self.event(sock, Op::Option { name: "TCP_NODELAY".into(), value: 1 });
    }

    fn close(&mut self, sock: SockId) {
        self.event(sock, Op::Read(Transfer { eof: true, ..Transfer::default() }));
        self.event(sock, Op::Shutdown);
        let calls = CALLS_OF_A_CONNECTION;
        let [rx, tx] = [REQUEST, ANSWER].map(|text| text.len() as u64 * calls);
        let totals = Totals { rx, tx, reads: calls + 1, writes: calls };
        let close = Close { ended_by: Some(EndedBy::Peer), totals, ..Close::default() };
        self.event(sock, Op::Close(Box::new(close)));
    }

    fn transfer(&self, text: &str) -> Transfer {
        let data = self.payload.then(|| text.as_bytes().into());
        Transfer { bytes: text.len() as u64, data, ..Transfer::default() }
    }

    fn event(&mut self, sock: SockId, op: Op) {
        self.t += 1_700;
        self.events += 1;
        write_event(&mut self.out, &Event { t: self.t, sock, op, error: None }).unwrap();
    }

    fn end(mut self) {
        let end = End { events: self.events, ..End::default() };
        Line::End(end).write(&mut self.out).unwrap();
        self.out.flush().unwrap();
    }
}
