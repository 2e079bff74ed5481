//! Generates traces of a server that has 64 open connections at a time, with 100 HTTP/1.1 calls on each.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use socket_tap::close::{Close, EndedBy, Totals};
use socket_tap::event::{Domain, Event, Op, SockId, SocketKind, Transfer};
use socket_tap::format::{End, Header, Line, Side, write_event};

const LISTENER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);
const OPEN_AT_ONCE: u64 = 64;
const CALLS_OF_A_CONNECTION: u64 = 100;
const STEPS: u64 = 10;

const REQUEST: &str =
    "GET /v1/books/1 HTTP/1.1\r\nhost: 127.0.0.1:3000\r\naccept: */*\r\nuser-agent: curl/8.5.0\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"1\"\r\ncontent-length: 82\r\n\
    date: Sun, 22 Nov 2026 15:04:05 GMT\r\n\r\n\
    {\"id\":1,\"title\":\"UNIX Network Programming\",\"author_id\":1,\"year\":1990,\"revision\":1}";

/// Writes a server's recording of about `events` events, and returns its path.
pub(crate) fn write_trace(events: u64, payload: bool) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{events}.jsonl"));
    let mut trace = Writer { out: BufWriter::new(File::create(&path).unwrap()), payload, t: 0, events: 0 };
    trace.begin();
    let mut first = 2;
    while trace.events < events {
        // Step names repeat: even a long recording has few of them.
        let step = (trace.events * 2 * STEPS / events) % STEPS;
        trace.event(0, Op::mark(format!("step {step}")));
        for sock in first..first + OPEN_AT_ONCE {
            trace.accept(sock);
        }
        for _ in 0..CALLS_OF_A_CONNECTION {
            for sock in first..first + OPEN_AT_ONCE {
                trace.event(sock, Op::Read(trace.transfer(REQUEST)));
                trace.event(sock, Op::Write(trace.transfer(RESPONSE)));
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
        let mut header = Header::new("bench", Side::Server);
        header.capture = if self.payload { 16_384 } else { 0 };
        Line::Header(header).write(&mut self.out).unwrap();
        self.event(1, Op::socket(Domain::Ipv4, SocketKind::Stream).with_fd(9));
        self.event(1, Op::bind().with_local(LISTENER));
        self.event(1, Op::listen(1024));
    }

    fn accept(&mut self, sock: u64) {
        let port = u16::try_from(1024 + sock % 60_000).unwrap();
        let peer = SocketAddr::from(([127, 0, 0, 1], port));
        let accept = Op::accept(SockId::new(1).unwrap()).with_fd(11).with_local(LISTENER).with_peer(peer);
        self.event(sock, accept);
        self.event(sock, Op::option("TCP_NODELAY", 1));
    }

    fn close(&mut self, sock: u64) {
        self.event(sock, Op::Read(Transfer::eof()));
        self.event(sock, Op::Shutdown);
        let calls = CALLS_OF_A_CONNECTION;
        let [rx, tx] = [REQUEST, RESPONSE].map(|text| text.len() as u64 * calls);
        let totals = Totals::default().with_reads(calls + 1, rx).with_writes(calls, tx);
        self.event(sock, Op::Close(Box::new(Close::new(EndedBy::Peer).with_totals(totals))));
    }

    fn transfer(&self, text: &str) -> Transfer {
        let transfer = Transfer::new(text.len() as u64);
        if self.payload { transfer.with_data(text.as_bytes()) } else { transfer }
    }

    fn event(&mut self, sock: u64, op: Op) {
        self.t += 1_700;
        self.events += 1;
        write_event(&mut self.out, &Event::new(self.t, SockId::new(sock), op)).unwrap();
    }

    fn end(mut self) {
        let end = End::new(self.events, 0);
        Line::End(end).write(&mut self.out).unwrap();
        self.out.flush().unwrap();
    }
}
