//! qlog as JSON text sequences: [draft-ietf-quic-qlog-main-schema-14], RFC 7464, extension `.sqlog`.
//!
//! The first record is the header of the file, every other record is an event. The format allows one recording per
//! file.
//!
//! # The event schema
//!
//! qlog defines no socket events, so these have a schema of their own, `urn:x-socket-tap:qlog:events:socket_tap` (the
//! draft reserves IETF URNs for IETF documents). It defines the namespace `socket_tap`. Its event types are the
//! operations of a trace: `socket_tap:accept`, `socket_tap:read` and so on. All have importance Core, except
//! `option`, which has Extra. An event has
//! | field | value |
//! |---|---|
//! | `time` | milliseconds since the recording began, exact to the nanosecond for its first 99 days |
//! | `name` | the namespace and the operation |
//! | `group_id` | the number of the socket; `0` for an event without one |
//! | `data` | the fields of the operation, with the names and meanings of `TRACE.md`, except for two: |
//! | `data.raw` | `RawInfo`, with `bytes` as `length` and the recorded payload as `data`, in hex, shorter than `length` if truncated; of a packet, `length` and the data with its headers |
//! | `data.tcp_state` … | the fields of `tcp` |
//!
//! The time is that of a monotonic clock, so `epoch` is `unknown`, as the draft requires; `wall_clock_time` is the
//! start of the recording. In the header, `qlog_version` and `qlog_format` are from an older draft, because qvis
//! requires them.
//!
//! # Layout
//!
//! - `header`: the first record
//! - `record`: an event as a record
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

/// Start of a record: ASCII RS (RFC 7464, section 2.2).
const RECORD_SEPARATOR: &[u8] = b"\x1e";

/// Exports one recording as qlog.
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
