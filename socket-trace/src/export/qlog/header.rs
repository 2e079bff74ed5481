//! The first record of a qlog file: metadata of the file and the recording.

use serde::Serialize;
use socket_tap::format::{Header, Side};

/// URN of the schema of the exported events.
const EVENT_SCHEMA: &str = "urn:x-socket-tap:qlog:events:socket_tap";

/// First record of the file: qlog's `LogFile` with one `TraceSeq`. `file_schema` and `serialization_format`
/// come first, as the draft recommends.
#[derive(Serialize)]
pub(super) struct FileHeader<'a> {
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
    pub(super) fn of(header: &'a Header) -> Self {
        let Header { name, side, program, pid, started, .. } = header;
        let (vantage, what) = match side {
            Side::Wire => ("network", "Packets"),
            side => (side.name(), "Socket calls"),
        };
        let version = env!("CARGO_PKG_VERSION");
        let reference_time =
            ReferenceTime { clock_type: "monotonic", epoch: "unknown", wall_clock_time: started };
        let system_info = SystemInformation { process_id: *pid };
        Self {
            file_schema: "urn:ietf:params:qlog:file:sequential",
            serialization_format: "application/qlog+json-seq",
            qlog_version: "0.3",
            qlog_format: "JSON-SEQ",
            title: format!("{name} {}", side.name()),
            description: format!(
                "{what}, recorded by {program} with socket-tap, written by socket-trace {version}"
            ),
            trace: TraceSeq {
                common_fields: CommonFields { time_format: "relative_to_epoch", reference_time, system_info },
                vantage_point: VantagePoint { name, r#type: vantage },
                event_schemas: [EVENT_SCHEMA],
            },
        }
    }
}
