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
//! [draft-ietf-quic-qlog-main-schema-14]: https://datatracker.ietf.org/doc/html/draft-ietf-quic-qlog-main-schema-14

use std::fmt;
use std::io::{self, Write as _};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use socket_tap::event::{Event, SockId};
use socket_tap::format::Header;

use super::fields::{Field, Fields, Value};
use super::{Exporter, Out};

/// Begins a record: ASCII RS (RFC 7464, section 2.2).
const RECORD_SEPARATOR: &[u8] = b"\x1e";

/// What our events are defined by.
const EVENT_SCHEMA: &str = "urn:x-socket-tap:qlog:events:socket_tap";

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
        self.record(&Record {
            time: milliseconds(event.t),
            name: Name(event.op.name()),
            group_id: GroupId(event.sock),
            data: Data(Fields::of(event)),
        })
    }

    fn finish(&mut self) -> io::Result<Vec<String>> {
        self.out.flush()?;
        Ok(Vec::new())
    }
}

/// `LogFile` with its `TraceSeq`. The first two fields come first, as the draft would have it.
#[derive(Serialize)]
struct FileHeader<'a> {
    file_schema: &'static str,
    serialization_format: &'static str,
    qlog_version: &'static str,
    qlog_format: &'static str,
    title: String,
    description: String,
    trace: TraceSeq<'a>,
}

#[derive(Serialize)]
struct TraceSeq<'a> {
    common_fields: CommonFields<'a>,
    vantage_point: VantagePoint<'a>,
    event_schemas: [&'static str; 1],
}

#[derive(Serialize)]
struct CommonFields<'a> {
    time_format: &'static str,
    reference_time: ReferenceTime<'a>,
    system_info: SystemInformation,
}

#[derive(Serialize)]
struct ReferenceTime<'a> {
    clock_type: &'static str,
    epoch: &'static str,
    wall_clock_time: &'a str,
}

#[derive(Serialize)]
struct SystemInformation {
    process_id: u32,
}

#[derive(Serialize)]
struct VantagePoint<'a> {
    name: &'a str,
    r#type: &'static str,
}

impl<'a> FileHeader<'a> {
    fn of(header: &'a Header) -> Self {
        let Header { name, side, program, pid, started, .. } = header;
        let (side, version) = (side.name(), env!("CARGO_PKG_VERSION"));
        let reference_time =
            ReferenceTime { clock_type: "monotonic", epoch: "unknown", wall_clock_time: started };
        let system_info = SystemInformation { process_id: *pid };
        Self {
            file_schema: "urn:ietf:params:qlog:file:sequential",
            serialization_format: "application/qlog+json-seq",
            qlog_version: "0.3",
            qlog_format: "JSON-SEQ",
            title: format!("{name} {side}"),
            description: format!(
                "Socket calls, recorded by {program} with socket-tap, written by socket-trace {version}"
            ),
            trace: TraceSeq {
                common_fields: CommonFields { time_format: "relative_to_epoch", reference_time, system_info },
                vantage_point: VantagePoint { name, r#type: side },
                event_schemas: [EVENT_SCHEMA],
            },
        }
    }
}

#[derive(Serialize)]
struct Record<'a> {
    time: f64,
    name: Name<'a>,
    group_id: GroupId,
    data: Data<'a>,
}

#[expect(clippy::cast_precision_loss, reason = "a double is what the draft has")]
fn milliseconds(ns: u64) -> f64 {
    // The nearest number to the quotient is printed as the quotient.
    ns as f64 / 1e6
}

struct Name<'a>(&'a str);

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("socket_tap:{}", self.0))
    }
}

/// A text in qlog.
struct GroupId(SockId);

impl Serialize for GroupId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(itoa::Buffer::new().format(self.0))
    }
}

struct Data<'a>(Fields<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, value) in self.0.iter() {
            match (field, value) {
                (_, None) | (Field::Data, _) => {}
                (Field::Bytes, Some(Value::Number(length))) => {
                    let data = match self.0.get(Field::Data) {
                        Some(Value::Payload(payload)) => Some(Hex(payload)),
                        _ => None,
                    };
                    map.serialize_entry("raw", &RawInfo { length, data })?;
                }
                (_, Some(value)) => map.serialize_entry(field.name(), &value)?,
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct RawInfo<'a> {
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Hex<'a>>,
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Number(number) => serializer.serialize_u64(number),
            Self::Integer(integer) => serializer.serialize_i64(integer),
            Self::True => serializer.serialize_bool(true),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Address(address) => serializer.collect_str(address),
            Self::Payload(payload) => Hex(payload).serialize(serializer),
        }
    }
}

/// `hexstring` of the draft.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for chunk in self.0.chunks(256) {
            let digits = chunk.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let text: String = digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect();
            f.write_str(&text)?;
        }
        Ok(())
    }
}
