//! Opens the traces of a command that analyses socket calls.

use std::path::PathBuf;

use socket_tap::format::Side;

use super::failed::{CommandResult, Failed};
use crate::reader::Trace;
use crate::timeline::Timeline;

/// Opens the traces that have socket calls, and skips recordings of packets. Returns them with their file names.
///
/// # Errors
/// A trace cannot be read, or all traces are recordings of packets.
pub(super) fn open(files: &[PathBuf]) -> CommandResult<Vec<(PathBuf, Trace)>> {
    let (mut opened, mut packets) = (Vec::new(), None);
    for file in files {
        let trace = Trace::open(file)?;
        match trace.header().side {
            Side::Wire => packets = Some(trace.source().to_owned()),
            Side::Server | Side::Client => opened.push((file.clone(), trace)),
        }
    }
    match packets {
        Some(source) if opened.is_empty() => Err(Failed::Usage(no_sockets(&source))),
        _ => Ok(opened),
    }
}

/// Returns the name of a recording of packets, if the time line has no recording of sockets.
pub(super) fn packets_alone(timeline: &Timeline) -> Option<&str> {
    let is_wire = |trace: &&Trace| trace.header().side == Side::Wire;
    let mut traces = timeline.traces();
    timeline.traces().all(|trace| is_wire(&trace)).then(|| traces.next().map(Trace::source)).flatten()
}

/// Returns the message for a recording of packets that is given where socket calls are needed.
pub(super) fn no_sockets(source: &str) -> String {
    format!("{source} has packets, but no socket calls; give the recording of a server or a client")
}
