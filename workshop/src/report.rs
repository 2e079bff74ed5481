//! What the recordings show: read back from the trace files, so that nothing is shown that is not in them.

use std::fmt::Write as _;
use std::net::SocketAddr;

use server_kit::bind::reachable;
use socket_tap::format::Side;
use socket_trace::compare::Comparison;
use socket_trace::reader::{Error, Trace};
use socket_trace::sequence;
use socket_trace::step::Step;
use socket_trace::summary::{Recording, Summary};
use socket_trace::table;

use crate::flags::Flags;
use crate::lane::{Lane, Recordings};
use crate::plain::Plain;
use crate::tour::CALLS;
use crate::tour::step::{ONE_CALL, TEN_CALLS};

/// Compares the recordings of all APIs. They may go on.
///
/// # Errors
/// When a trace cannot be read.
pub fn compare<'a>(
    recordings: impl IntoIterator<Item = &'a Recordings> + Clone,
) -> Result<Comparison, Error> {
    let mut traces = Vec::new();
    for side in [Side::Server, Side::Client] {
        for recordings in recordings.clone() {
            let trace = Trace::open_recording(recordings.path(side))?;
            traces.push(Summary::of(trace, Recording::UnderWay)?);
        }
    }
    Ok(Comparison::of(traces))
}

/// The whole report for a person.
///
/// # Errors
/// When a trace cannot be read.
pub fn text(lanes: &[Lane], comparison: &Comparison) -> Result<String, Error> {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "One call, three APIs: {ONE_CALL}\n\n{}", one_call(lanes)?);
    let _ = writeln!(out, "{}", table::verdict(comparison));
    let _ = writeln!(out, "What each puts on top, as the servers recorded it:\n");
    let _ = writeln!(out, "{}", table::differences(&comparison.traces, Side::Server).unwrap_or_default());
    if let Some(bytes) = table::bytes(&comparison.traces, Side::Server) {
        let _ =
            writeln!(out, "What the bytes of that are spent on, to the server / to the client:\n\n{bytes}");
    }
    let _ = writeln!(out, "What a call costs, in bytes to the server + to the client:\n");
    let _ = writeln!(out, "{}", costs(lanes, comparison));
    Ok(out)
}

/// The sequence of socket calls of one call, a lane for each API.
fn one_call(lanes: &[Lane]) -> Result<String, Error> {
    let sequences = lanes.iter().map(|lane| {
        let open = |side| Trace::open_recording(lane.recordings.path(side));
        let calls = sequence::of_step(open(Side::Client)?, open(Side::Server)?, ONE_CALL)?;
        Ok((lane.title.to_owned(), calls))
    });
    Ok(sequence::lanes(&sequences.collect::<Result<Vec<_>, Error>>()?))
}

/// A call with its connection, against one more on a connection that is there.
fn costs(lanes: &[Lane], comparison: &Comparison) -> String {
    let mut out = String::new();
    for lane in lanes {
        let server = comparison
            .traces
            .iter()
            .find(|trace| trace.side == Side::Server && trace.name == lane.program.api);
        let step = |name| server.and_then(|trace| trace.steps.iter().find(|step: &&Step| step.name == name));
        if let (Some(one), Some(ten)) = (step(ONE_CALL), step(TEN_CALLS)) {
            let more = |one: u64, ten: u64| ten.saturating_sub(one) / (CALLS - 1);
            let _ = writeln!(
                out,
                "  {:<8} the first, with its connection: {:>4} + {:<4}  each one more on it: {:>4} + {}",
                lane.title,
                one.to_server,
                one.to_client,
                more(one.to_server, ten.to_server),
                more(one.to_client, ten.to_client),
            );
        }
    }
    out
}

/// Where the recordings are.
#[must_use]
pub fn recordings(lanes: &[Lane], flags: &Flags) -> String {
    let mut out = match flags.capture {
        0 => "The recordings, without payload:\n".to_owned(),
        bytes => format!("The recordings, with up to {bytes} B of payload of each read and write:\n"),
    };
    for lane in lanes {
        for side in [Side::Server, Side::Client] {
            let _ = writeln!(out, "  {}", lane.recordings.path(side).display());
        }
    }
    let traces = flags.traces.display();
    let _ = writeln!(out, "\nLook at them again, when this has ended:");
    let _ = writeln!(out, "  cargo run --release -p socket-trace -- show {traces}/rest-server.jsonl");
    let _ = writeln!(
        out,
        "  cargo run --release -p socket-trace -- compare {traces}/{{rest,graphql,grpc}}-*.jsonl"
    );
    out
}

/// What to try next; `page` is where that is, when there is one.
#[must_use]
pub fn next(lanes: &[Lane], plain: &Plain, page: Option<SocketAddr>) -> String {
    let mut out = String::new();
    if let Some(page) = page {
        let _ = writeln!(out, "\nLook at it live: http://{}", reachable(page));
    }
    let _ = writeln!(out, "\nTry, from another terminal:");
    let lanes = lanes.iter().map(|lane| (lane.program, lane.address));
    for (program, address) in lanes.chain([(&plain_server::PROGRAM, plain.address)]) {
        for line in (program.sample_commands)(reachable(address)).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}
