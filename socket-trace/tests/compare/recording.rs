//! Builds recordings of a server.

use std::path::Path;

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Gap, Op, SockId, Transfer};
use socket_tap::format::{End, Header, Line, Side, write_event};

/// A recording of a server. Events are one millisecond apart.
pub(crate) struct Recording {
    header: Header,
    events: Vec<Event>,
    lost: u64,
}

pub(crate) const GET: &str = "GET /v1/books/1 HTTP/1.1\r\nhost: x\r\n\r\n";
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

impl Recording {
    /// Returns a recording without events. Its header states that payload is recorded.
    pub(crate) fn of(name: &str) -> Self {
        let mut header = Header::new(name, Side::Server);
        header.capture = 1024;
        Self { header, events: Vec::new(), lost: 0 }
    }

    /// Removes payload from the recording. Must be called before events are added.
    pub(crate) fn without_payload(mut self) -> Self {
        self.header.capture = 0;
        self
    }

    /// Adds a `gap` event that reports one lost read. The end line counts the read as lost.
    pub(crate) fn lossy(mut self) -> Self {
        self.lost = 1;
        self.event(0, Op::Gap(Gap::default().with_reads(1, 0)))
    }

    /// Adds an event on this socket; 0 for no socket.
    pub(crate) fn event(mut self, sock: u64, op: Op) -> Self {
        let t = (self.events.len() as u64 + 1) * 1_000_000;
        self.events.push(Event::new(t, SockId::new(sock), op));
        self
    }

    pub(crate) fn step(self, name: &str) -> Self {
        self.event(0, Op::mark(name.to_owned()))
    }

    pub(crate) fn accept(self, sock: u64) -> Self {
        self.event(sock, Op::accept(SockId::new(1).unwrap()))
    }

    /// Adds an accept of a connection from this address.
    pub(crate) fn accept_from(self, sock: u64, peer: &str) -> Self {
        let peer: std::net::SocketAddr = peer.parse().unwrap();
        self.event(sock, Op::accept(SockId::new(1).unwrap()).with_peer(peer))
    }

    pub(crate) fn read(self, sock: u64, bytes: &str) -> Self {
        let transfer = self.transfer(bytes);
        self.event(sock, Op::Read(transfer))
    }

    pub(crate) fn write(self, sock: u64, bytes: &str) -> Self {
        let transfer = self.transfer(bytes);
        self.event(sock, Op::Write(transfer))
    }

    fn transfer(&self, bytes: &str) -> Transfer {
        let transfer = Transfer::new(bytes.len() as u64);
        if self.header.capture > 0 { transfer.with_data(bytes.as_bytes()) } else { transfer }
    }

    /// Adds a request and its response, as one read and one write.
    pub(crate) fn call(self, sock: u64, request: &str, response: &str) -> Self {
        self.read(sock, request).write(sock, response)
    }

    pub(crate) fn close(self, sock: u64) -> Self {
        self.close_by(sock, EndedBy::Peer)
    }

    pub(crate) fn close_by(self, sock: u64, ended_by: EndedBy) -> Self {
        self.end(sock, Close::new(ended_by))
    }

    /// Adds a close that sends a RST instead of a FIN.
    pub(crate) fn abort(self, sock: u64) -> Self {
        let mut close = Close::new(EndedBy::Local);
        close.aborted = true;
        self.end(sock, close)
    }

    fn end(self, sock: u64, close: Close) -> Self {
        self.event(sock, Op::Shutdown).event(sock, Op::Close(Box::new(close)))
    }

    /// Returns the recording as the text of a trace.
    pub(crate) fn text(self) -> Vec<u8> {
        let mut out = Vec::new();
        Line::Header(self.header).write(&mut out).unwrap();
        for event in &self.events {
            write_event(&mut out, event).unwrap();
        }
        let end = End::new(self.events.len() as u64, self.lost);
        Line::End(end).write(&mut out).unwrap();
        out
    }

    /// Writes the recording to a trace file, and returns its path.
    pub(crate) fn save(self, directory: &Path, file: &str) -> String {
        let path = directory.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, self.text()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}
