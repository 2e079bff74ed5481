//! CSV (RFC 4180): a row for each event, and a header row.
//!
//! The columns are the fields of a trace, by their names there (`TRACE.md` explains them), empty where an event does
//! not have them. Before them come
//!
//! - `recording` and `side`: what the recording is called, and who recorded, as several traces share a table
//! - `time`: when, on the calendar: RFC 3339, UTC, nanoseconds; empty when the header does not say when it began
//! - `t`, `sock`, `op`: as in the trace
//!
//! and the fields of `tcp` are columns of their own, `tcp_state` to `tcp_unread`. `data` is base64. A column that is
//! added in a later version comes last: the ones before it keep their places.
//!
//! Lines end with CR LF, and a field with a comma, a quote or an end of line is quoted, as the RFC has it.

use std::fmt::Write as _;
use std::io;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use csv::{Terminator, Writer, WriterBuilder};
use socket_tap::event::Event;
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use super::fields::{Fields, NAMES, Value};

/// The columns before the fields.
const FIRST: [&str; 6] = ["recording", "side", "time", "t", "sock", "op"];

/// Writes CSV.
pub(super) struct Csv {
    rows: Writer<Out>,
    recording: String,
    side: &'static str,
    started: Option<SystemTime>,
    /// One cell.
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
        // Beyond the year 9999 there is no such text.
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
                // Writing to a String cannot fail.
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
