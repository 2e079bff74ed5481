//! CSV (RFC 4180): a header row, and a row per event.
//!
//! Each field of the trace format has a column of the same name (see `TRACE.md`). A cell is empty if the
//! event lacks the field. The first columns are
//!
//! - `recording` and `side`: name and side of the recording, since one table can contain several recordings
//! - `time`: date and time, RFC 3339, UTC, with nanoseconds; empty if the header lacks the start time
//! - `t`, `sock`, `op`: the fields of the trace format that all events can have
//!
//! The fields of `tcp` and `syn` have columns of their own, such as `tcp_state` and `syn_mss`. `data` is base64. The
//! numbers of a pair, as in `sack` and `timestamps`, are joined with a hyphen, and pairs are separated by spaces:
//! `1-2 5-9`. Columns added in
//! later versions are appended, so that existing columns keep their positions.
//!
//! Lines end with CR LF. A field with a comma, a quote or a line break is quoted. A text that begins with `=`, `+`, `-`, `@`,
//! a tab or CR is preceded by an apostrophe, because a spreadsheet would execute it as a formula. A socket address that
//! begins with `@`, as abstract ones do, is such a text. Numbers and `data` are as they are.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socket_tap::event::Event;
use socket_tap::format::Header;

use super::exporter::{Exporter, Out};
use super::field::{NAMES, Value};
use super::fields::Fields;

/// Names of the first columns. Columns for the remaining fields of the trace format follow.
const FIRST: [&str; 6] = ["recording", "side", "time", "t", "sock", "op"];

/// Exports recordings as CSV.
pub(super) struct Csv {
    out: Out,
    /// `true` if the current row has at least one cell, so that the next cell is written after a comma.
    has_cells: bool,
    recording: String,
    side: &'static str,
    started: Option<SystemTime>,
    /// Buffer for the text of one cell, reused for all cells.
    text: String,
}

impl Csv {
    pub(super) fn new(out: Out) -> io::Result<Self> {
        let (recording, text) = (String::new(), String::new());
        let mut csv = Self { out, has_cells: false, recording, side: "", started: None, text };
        FIRST.iter().chain(NAMES).try_for_each(|name| csv.cell(name))?;
        csv.end_row()?;
        Ok(csv)
    }

    fn cell(&mut self, text: &str) -> io::Result<()> {
        write_cell(&mut self.out, &mut self.has_cells, text)
    }

    /// Writes a cell with text from the trace, which may be foreign.
    fn text(&mut self, text: &str) -> io::Result<()> {
        if !text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            return self.cell(text);
        }
        self.cell(&format!("'{text}"))
    }

    fn end_row(&mut self) -> io::Result<()> {
        self.has_cells = false;
        self.out.write_all(b"\r\n")
    }

    fn number(&mut self, number: impl itoa::Integer) -> io::Result<()> {
        self.cell(itoa::Buffer::new().format(number))
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
        write_cell(&mut self.out, &mut self.has_cells, &self.text)
    }

    fn field(&mut self, value: Value<'_>) -> io::Result<()> {
        match value {
            Value::Number(number) => return self.number(number),
            Value::Integer(integer) => return self.number(integer),
            Value::Flag(flag) => return self.cell(if flag { "true" } else { "false" }),
            Value::Text(text) => return self.text(text),
            Value::Address(address) => return self.text(&address.to_string()),
            Value::TcpFlags(flags) => {
                self.text.clear();
                // Writing to a `String` cannot fail.
                let _ = write!(self.text, "{flags}");
            }
            Value::Pair(one, other) => self.pairs(&[(one, other)]),
            Value::Pairs(pairs) => self.pairs(pairs),
            Value::Payload(payload) => {
                self.text.clear();
                STANDARD.encode_string(payload, &mut self.text);
            }
        }
        write_cell(&mut self.out, &mut self.has_cells, &self.text)
    }
}

impl Csv {
    /// Formats pairs of numbers into the buffer for one cell: `1-2 5-9`.
    fn pairs(&mut self, pairs: &[(u32, u32)]) {
        self.text.clear();
        for (index, (one, other)) in pairs.iter().enumerate() {
            let separator = if index > 0 { " " } else { "" };
            let _ = write!(self.text, "{separator}{one}-{other}");
        }
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
        let recording = std::mem::take(&mut self.recording);
        self.text(&recording)?;
        self.recording = recording;
        self.cell(self.side)?;
        self.time(event.t)?;
        self.number(event.t)?;
        match event.sock {
            None => self.cell("")?,
            Some(sock) => self.number(sock.get())?,
        }
        self.text(event.op.name())?;
        for (_, value) in Fields::of(event).iter() {
            match value {
                None => self.cell("")?,
                Some(value) => self.field(value)?,
            }
        }
        self.end_row()
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        self.out.flush()?;
        Ok(Vec::new())
    }
}

/// Writes one cell, quoted if it contains a comma, a quote or a line break.
fn write_cell(out: &mut Out, has_cells: &mut bool, text: &str) -> io::Result<()> {
    if std::mem::replace(has_cells, true) {
        out.write_all(b",")?;
    }
    if !text.contains([',', '"', '\r', '\n']) {
        return out.write_all(text.as_bytes());
    }
    write!(out, "\"{}\"", text.replace('"', "\"\""))
}
