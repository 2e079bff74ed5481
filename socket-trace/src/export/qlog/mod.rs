//! qlog as JSON text sequences: [draft-ietf-quic-qlog-main-schema-14], RFC 7464, extension `.sqlog`.
//!
//! The first record is the file's header, every other one an event. A file holds one recording: the format has room
//! for no more.
//!
//! # The event schema
//!
//! qlog defines no events of sockets, so these have a schema of their own, `urn:x-socket-tap:qlog:events:socket_tap`
//! (the draft leaves the URNs of the IETF to its own documents). It defines the namespace `socket_tap`. Its event
//! types are the operations of a trace: `socket_tap:accept`, `socket_tap:read` and so on, all of importance Core but
//! for `option`, which is Extra. An event has
//!
//! | field | value |
//! |---|---|
//! | `time` | milliseconds since the recording began, exact to the nanosecond for its first 99 days |
//! | `name` | the namespace and the operation |
//! | `group_id` | the socket's number; `0` for what belongs to none |
//! | `data` | the fields of the operation, with the names and meanings that `TRACE.md` gives them, but for two: |
//! | `data.raw` | `RawInfo`, for `bytes` (`length`) and the recorded payload (`data`, in hex, shorter than `length` when cut) |
//! | `data.tcp_state` … | the fields of `tcp` |
//!
//! The time is that of a monotonic clock, so `epoch` is `unknown`, as the draft demands; `wall_clock_time` says when
//! the recording began. In the header, `qlog_version` and `qlog_format` are of an older draft: qvis asks for them.
//!
//! # Layout
//!
//! - `header`: the first record
//! - `record`: an event
//!
//! [draft-ietf-quic-qlog-main-schema-14]: https://datatracker.ietf.org/doc/html/draft-ietf-quic-qlog-main-schema-14

mod header;
mod record;

use std::io::{self, Write as _};

use serde::Serialize;
use socket_tap::event::Event;
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use header::FileHeader;
use record::Record;

/// Begins a record: ASCII RS (RFC 7464, section 2.2).
const RECORD_SEPARATOR: &[u8] = b"\x1e";

/// Writes qlog.
pub(super) struct Qlog {
    out: Out,
    begun: bool,
}

impl Qlog {
    pub(super) fn new(out: Out) -> Self {
        Self { out, begun: false }
    }

    fn record(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.out.write_all(RECORD_SEPARATOR)?;
        serde_json::to_writer(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }
}

impl Exporter for Qlog {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a qlog file holds one recording"));
        }
        self.record(&FileHeader::of(header))
    }

    fn event(&mut self, event: &Event, _: u64) -> io::Result<()> {
        self.record(&Record::of(event))
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        self.out.flush()?;
        Ok(Vec::new())
    }
}
