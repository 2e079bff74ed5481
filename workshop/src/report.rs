//! The report about the recordings, computed from the trace files alone.

use std::fmt::Write as _;

use server_kit::bind::reachable;
use socket_tap::format::Side;
use socket_trace::compare::Comparison;
use socket_trace::reader::{Error, Trace};
use socket_trace::report::title;
use socket_trace::story::stories;
use socket_trace::story::text::picture;
use socket_trace::summary::{RecordingState, Scope, Step, Summary};
use socket_trace::table;
use socket_trace::timeline::{AnnotatedEvents, Timeline};

use crate::api_instance::ApiInstance;
use crate::flags::Flags;
use crate::plain_instance::PlainInstance;
use crate::recordings::Recordings;
use crate::tour::CALLS;
use crate::tour::one_shelf::Story;
use crate::tour::step::{ONE_CALL, TEN_CALLS};

/// Compares the recordings of all APIs, which may still be in progress, as far as they are in the scope.
///
/// # Errors
/// If a trace cannot be read.
pub fn compare<'a>(
    recordings: impl IntoIterator<Item = &'a Recordings> + Clone,
    scope: Scope,
) -> Result<Comparison, Error> {
    let mut traces = Vec::new();
    for side in [Side::Server, Side::Client] {
        for recordings in recordings.clone() {
            traces.push(Trace::open_recording(recordings.path(side))?);
        }
    }
    let summaries = Summary::of_all(traces, RecordingState::InProgress, scope, &mut |_, _| {})?;
    Ok(Comparison::of(summaries))
}

/// Returns the complete report as text for a terminal of `width` columns.
///
/// # Errors
/// If a trace cannot be read.
pub fn text(
    apis: &[ApiInstance],
    comparison: &Comparison,
    story: &Story,
    width: usize,
) -> Result<String, Error> {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "One call, three APIs: {ONE_CALL}\n\n{}", one_call(apis, width)?);
    let _ = writeln!(out, "{}", table::verdict(comparison));
    let _ = writeln!(out, "Differences between the APIs, as recorded by the servers:\n");
    let _ = writeln!(out, "{}", table::differences(&comparison.traces, Side::Server).unwrap_or_default());
    if let Some(bytes) = table::bytes(&comparison.traces, Side::Server) {
        let _ = writeln!(out, "Byte breakdown of each step (to the server / to the client):\n\n{bytes}");
    }
    let _ = writeln!(out, "Cost of a call, in bytes sent to the server + bytes sent to the client:\n");
    let _ = writeln!(out, "{}", costs(apis, comparison));
    if let Some(upstream) = table::upstream(&comparison.traces) {
        let _ = writeln!(out, "Connections to the database, as recorded by the servers:\n\n{upstream}");
    }
    let _ = writeln!(out, "One shelf: changed over one API, seen over all:\n\n{}", one_shelf(story));
    Ok(out)
}

/// Returns a picture of the first step: its socket calls in phases, for each API.
fn one_call(apis: &[ApiInstance], width: usize) -> Result<String, Error> {
    let open = |side| move |api: &ApiInstance| Trace::open_recording(api.recordings.path(side));
    let sides = [Side::Client, Side::Server];
    let traces = sides.into_iter().flat_map(|side| apis.iter().map(open(side)));
    let mut events = AnnotatedEvents::new(Timeline::of(traces.collect::<Result<_, _>>()?));
    let stories = stories(&mut events, Some(ONE_CALL))?;
    let titled: Vec<_> = stories.into_iter().map(|story| (title(&story.api), story)).collect();
    Ok(picture(&titled, width))
}

/// Returns for each API the cost of a call with a new connection, and of a call on an open connection.
fn costs(apis: &[ApiInstance], comparison: &Comparison) -> String {
    let mut out = String::new();
    for api in apis {
        let server = comparison
            .traces
            .iter()
            .find(|trace| trace.side == Side::Server && trace.name == api.program.api);
        let step = |name| server.and_then(|trace| trace.steps.iter().find(|step: &&Step| step.name == name));
        if let (Some(one), Some(ten)) = (step(ONE_CALL), step(TEN_CALLS)) {
            let more = |one: u64, ten: u64| ten.saturating_sub(one) / (CALLS - 1);
            let _ = writeln!(
                out,
                "  {:<8} first call with its connection: {:>3} B + {:>3} B, each further call: {:>3} B + {:>3} B",
                api.title,
                one.to_server,
                one.to_client,
                more(one.to_server, ten.to_server),
                more(one.to_client, ten.to_client),
            );
        }
    }
    out
}

/// Describes the last step of the tour, in which one book is created, read, updated and deleted through
/// different APIs.
fn one_shelf(story: &Story) -> String {
    let Story { id, read_revision: read, updated_revision: updated, sequences: [created, changed, deleted] } =
        story;
    format!(
        "  REST creates book {id}: change {created}\n  \
           GraphQL reads it: revision {read}\n  \
           gRPC updates revision {read} to {updated}: change {changed}\n  \
           REST deletes it: change {deleted}\n  \
           watchers over REST, GraphQL and gRPC have received all three changes in this order\n"
    )
}

/// Returns the paths of the recordings, with commands that show them.
#[must_use]
pub fn recordings(apis: &[ApiInstance], flags: &Flags) -> String {
    let mut out = match flags.capture {
        0 => "Recordings, without payload:\n".to_owned(),
        bytes => format!(
            "Recordings, with up to {bytes} B of each read and write, including headers, cookies and tokens:\n"
        ),
    };
    for api in apis {
        for side in [Side::Server, Side::Client] {
            let _ = writeln!(out, "  {}", api.recordings.path(side).display());
        }
    }
    let traces = flags.traces.display();
    let _ = writeln!(out, "\nShow them again after the workshop has ended:");
    let _ = writeln!(out, "  cargo run -p socket-trace -- show {traces}/rest-server.jsonl");
    let _ = writeln!(out, "  cargo run -p socket-trace -- compare {traces}/{{rest,graphql,grpc}}-*.jsonl");
    out
}

/// Returns the URL of the live page, if there is one, and commands to try.
#[must_use]
pub fn next_steps(apis: &[ApiInstance], plain: &PlainInstance, page: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(page) = page {
        let _ = writeln!(out, "\nLive page: {page}");
    }
    let _ = writeln!(out, "\nCommands to try in another terminal:");
    let servers = apis.iter().map(|api| (api.program, api.address));
    for (program, address) in servers.chain([(&plain_server::PROGRAM, plain.address)]) {
        for line in (program.sample_commands)(reachable(address)).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}
