//! A recorded connection for tests.

use std::borrow::Cow;

use socket_tap::close::Close;
use socket_tap::event::{Event, Op, SockId, Transfer};
use socket_tap::format::Side;

use super::{Call, Class, Contracts, Detail, Dissector, Part};

/// Dissects the reads and writes of a server on one connection.
#[derive(Debug)]
pub(super) struct Fixture {
    dissector: Dissector,
    t: u64,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self::with_detail(Detail::default())
    }

    /// Returns a connection whose parts have the given detail.
    pub(super) fn with_detail(detail: Detail) -> Self {
        let dissector = Dissector::with_contracts(Side::Server, bookshelf()).with_detail(detail);
        let mut fixture = Self { dissector, t: 0 };
        fixture.observe(Op::accept(SockId::new(1).unwrap()));
        fixture
    }

    pub(super) fn observe(&mut self, op: Op) -> Vec<Part> {
        self.t += 1;
        self.dissector.observe(&Event::new(self.t, SockId::new(2), op))
    }

    /// Dissects a read of `data`.
    pub(super) fn reads(&mut self, data: impl AsRef<[u8]>) -> Vec<Part> {
        self.observe(Op::Read(complete(data.as_ref())))
    }

    /// Dissects a write of `data`.
    pub(super) fn writes(&mut self, data: impl AsRef<[u8]>) -> Vec<Part> {
        self.observe(Op::Write(complete(data.as_ref())))
    }

    /// Dissects a read of `data` and of `missing` more bytes, which were not recorded.
    pub(super) fn reads_cut(&mut self, data: impl AsRef<[u8]>, missing: u64) -> Vec<Part> {
        self.observe(Op::Read(cut(data.as_ref(), missing)))
    }

    /// Dissects a write of `data` and of `missing` more bytes, which were not recorded.
    pub(super) fn writes_cut(&mut self, data: impl AsRef<[u8]>, missing: u64) -> Vec<Part> {
        self.observe(Op::Write(cut(data.as_ref(), missing)))
    }

    pub(super) fn closes(&mut self) {
        self.observe(Op::Close(Box::<Close>::default()));
    }

    pub(super) fn finished(&mut self) -> Vec<Call> {
        self.dissector.take_finished()
    }

    /// Returns the operation and the status of each API call that has ended since this function was last
    /// used.
    pub(super) fn ended(&mut self) -> Vec<(String, Option<String>)> {
        self.finished().into_iter().map(|call| (call.operation, call.status)).collect()
    }
}

/// Returns a protobuf contract for the gRPC service used in the tests.
fn bookshelf() -> Contracts {
    let mut contracts = Contracts::default();
    contracts.add_descriptors(bookshelf_proto::DESCRIPTORS).unwrap();
    contracts
}

fn complete(data: &[u8]) -> Transfer {
    cut(data, 0)
}

fn cut(data: &[u8], missing: u64) -> Transfer {
    Transfer::new(data.len() as u64 + missing).with_data(data)
}

/// The preface of an HTTP/2 client.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Returns an HTTP/2 frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Formats each part as one line: `77 headers request head: GET /v1/books/1`.
pub(super) fn lines(parts: &[Part]) -> Vec<String> {
    parts.iter().map(line).collect()
}

fn line(part: &Part) -> String {
    let class = match part.class {
        Class::Connection => "connection",
        Class::Framing => "framing",
        Class::Headers => "headers",
        Class::Payload => "payload",
        Class::Tls => "tls",
        Class::Unknown => "unknown",
    };
    let text: Cow<'_, str> = match part.text.as_str() {
        "" => "".into(),
        text => format!(": {text}").into(),
    };
    format!("{} {class} {}{text}", part.bytes, part.name)
}
