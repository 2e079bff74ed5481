//! CSV (RFC 4180): a header row, and a row per event.
//!
//! The columns are the fields of a trace under the same names (see `TRACE.md`), empty where an event does not have
//! them. Before them come
//!
//! - `recording` and `side`: name and side of the recording, since several traces share a table
//! - `time`: date and time, RFC 3339, UTC, with nanoseconds; empty if the header does not contain the start
//! - `t`, `sock`, `op`: as in the trace
//!
//! The fields of `tcp` have columns of their own, `tcp_state` to `tcp_unread`. `data` is base64. Columns added in
//! later versions come last, so that existing columns keep their positions.
//!
//! Lines end with CR LF. A field with a comma, a quote or a line break is quoted.

use std::fmt::Write as _;
use std::io;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use csv::{Terminator, Writer, WriterBuilder};
use socket_tap::event::Event;
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use super::field::{NAMES, Value};
use super::fields::Fields;

/// Columns before the fields.
const FIRST: [&str; 6] = ["recording", "side", "time", "t", "sock", "op"];

/// An exporter to CSV.
pub(super) struct Csv {
    rows: Writer<Out>,
    recording: String,
    side: &'static str,
    started: Option<SystemTime>,
    /// Buffer for one cell.
    text: String,
}

impl Csv {
    pub(super) fn new(out: Out) -> io::Result<Self> {
        let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        rows.write_record(FIRST.iter().chain(NAMES))?;
        Ok(Self { rows, recording: String::new(), side: "", started: None, text: String::new() })
    }

    fn number(&mut self, number: impl itoa::Integer) -> io::Result<()> {
        Ok(self.rows.write_field(itoa::Buffer::new().format(number))?)
    }

    fn time(&mut self, t: u64) -> io::Result<()> {
        self.text.clear();
        // Times after the year 9999 have no such format.
        let time = self.started.and_then(|started| started.checked_add(Duration::from_nanos(t)));
        if let Some(time) = time
            && write!(self.text, "{}", humantime::format_rfc3339_nanos(time)).is_err()
        {
            self.text.clear();
        }
        Ok(self.rows.write_field(&self.text)?)
    }

    fn field(&mut self, value: Value<'_>) -> io::Result<()> {
        match value {
            Value::Number(number) => return self.number(number),
            Value::Integer(integer) => return self.number(integer),
            Value::True => self.rows.write_field("true")?,
            Value::Text(text) => self.rows.write_field(text)?,
            Value::Address(address) => {
                self.text.clear();
                // Writing to a `String` cannot fail.
                let _ = write!(self.text, "{address}");
                self.rows.write_field(&self.text)?;
            }
            Value::Payload(payload) => {
                self.text.clear();
                STANDARD.encode_string(payload, &mut self.text);
                self.rows.write_field(&self.text)?;
            }
        }
        Ok(())
    }
}

impl Exporter for Csv {
    fn begin(&mut self, header: &Header) -> io::Result<()> {
        self.recording.clone_from(&header.name);
        self.side = header.side.name();
        self.started = humantime::parse_rfc3339(&header.started).ok();
        Ok(())
    }

    fn event(&mut self, event: &Event, _: u64) -> io::Result<()> {
        self.rows.write_field(&self.recording)?;
        self.rows.write_field(self.side)?;
        self.time(event.t)?;
        self.number(event.t)?;
        match event.sock {
            None => self.rows.write_field("")?,
            Some(sock) => self.number(sock.get())?,
        }
        self.rows.write_field(event.op.name())?;
        for (_, value) in Fields::of(event).iter() {
            match value {
                None => self.rows.write_field("")?,
                Some(value) => self.field(value)?,
            }
        }
        Ok(self.rows.write_record(None::<&[u8]>)?)
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        self.rows.flush()?;
        Ok(Vec::new())
    }
}
