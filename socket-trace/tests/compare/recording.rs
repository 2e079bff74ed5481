//! A recording, made up event by event.

use std::path::Path;

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::{End, Header, Line, Side, VERSION, write_event};

/// A recording of a server. Time goes on by a millisecond with each event.
pub(crate) struct Recording {
    header: Header,
    events: Vec<Event>,
    lost: u64,
}

pub(crate) const GET: &str = "GET /v1/books/1 HTTP/1.1\r\nhost: x\r\n\r\n";
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

impl Recording {
    /// With payload.
    pub(crate) fn of(name: &str) -> Self {
        let header = Header {
            version: VERSION,
            name: name.to_owned(),
            side: Side::Server,
            program: "test".to_owned(),
            pid: 1,
            started: "2026-11-22T15:04:05.123456789Z".to_owned(),
            monotonic_ns: 0,
            capture: 1024,
            part: 0,
            since: 0,
        };
        Self { header, events: Vec::new(), lost: 0 }
    }

    /// Without payload.
    pub(crate) fn without_payload(mut self) -> Self {
        self.header.capture = 0;
        self
    }

    /// Says at its end that events are missing.
    pub(crate) fn lossy(mut self) -> Self {
        self.lost = 1;
        let gap = socket_tap::event::Gap { reads: 1, ..Default::default() };
        self.event(0, Op::Gap(gap))
    }

    pub(crate) fn event(mut self, sock: SockId, op: Op) -> Self {
        let t = (self.events.len() as u64 + 1) * 1_000_000;
        self.events.push(Event { t, sock, op, error: None });
        self
    }

    pub(crate) fn step(self, name: &str) -> Self {
        self.event(0, Op::Mark { label: name.to_owned().into() })
    }

    pub(crate) fn accept(self, sock: SockId) -> Self {
        self.event(sock, Op::Accept { on: 1, fd: None, local: None, peer: None })
    }

    pub(crate) fn read(self, sock: SockId, bytes: &str) -> Self {
        let transfer = self.transfer(bytes);
        self.event(sock, Op::Read(transfer))
    }

    pub(crate) fn write(self, sock: SockId, bytes: &str) -> Self {
        let transfer = self.transfer(bytes);
        self.event(sock, Op::Write(transfer))
    }

    fn transfer(&self, bytes: &str) -> Transfer {
        let data = (self.header.capture > 0).then(|| bytes.as_bytes().into());
        Transfer { bytes: bytes.len() as u64, data, ..Transfer::default() }
    }

    /// A request and its answer, each in one piece.
    pub(crate) fn call(self, sock: SockId, request: &str, answer: &str) -> Self {
        self.read(sock, request).write(sock, answer)
    }

    pub(crate) fn close(self, sock: SockId) -> Self {
        self.close_by(sock, EndedBy::Peer)
    }

    pub(crate) fn close_by(self, sock: SockId, ended_by: EndedBy) -> Self {
        self.end(sock, Close { ended_by: Some(ended_by), ..Close::default() })
    }

    /// Closes a connection with a RST instead of a FIN.
    pub(crate) fn abort(self, sock: SockId) -> Self {
        self.end(sock, Close { ended_by: Some(EndedBy::Local), aborted: true, ..Close::default() })
    }

    fn end(self, sock: SockId, close: Close) -> Self {
        self.event(sock, Op::Shutdown).event(sock, Op::Close(Box::new(close)))
    }

    /// Its text.
    pub(crate) fn text(self) -> Vec<u8> {
        let mut out = Vec::new();
        Line::Header(self.header).write(&mut out).unwrap();
        for event in &self.events {
            write_event(&mut out, event).unwrap();
        }
        let end = End { events: self.events.len() as u64, lost: self.lost, ..End::default() };
        Line::End(end).write(&mut out).unwrap();
        out
    }

    /// Writes it to a file, and says where that is.
    pub(crate) fn save(self, directory: &Path, file: &str) -> String {
        let path = directory.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, self.text()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}
