//! A trace that is made up: connections that are kept open for a hundred calls over HTTP/1.1 each, sixty-four of them at a
//! time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use socket_tap::close::{Close, EndedBy, Totals};
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::{End, Header, Line, Side, VERSION, write_event};

const OPEN_AT_ONCE: u64 = 64;
const CALLS_OF_A_CONNECTION: u64 = 100;
const STEPS: u64 = 10;

const REQUEST: &str =
    "GET /v1/books/1 HTTP/1.1\r\nhost: 127.0.0.1:3000\r\naccept: */*\r\nuser-agent: curl/8.5.0\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"1\"\r\ncontent-length: 82\r\n\
    date: Sun, 22 Nov 2026 15:04:05 GMT\r\n\r\n\
    {\"id\":1,\"title\":\"UNIX Network Programming\",\"author_id\":1,\"year\":1990,\"revision\":1}";

/// A server's recording of about so many events.
pub(crate) fn write_trace(events: u64, payload: bool) -> PathBuf {
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
