//! An explanation as a paragraph.

use std::fmt::Write as _;

use socket_tap::format::Side;
use socket_tap::format::text::{printable, seconds};

use super::explanation::{Cause, Ender, Explanation, Level};
use super::retry::{InFlight, Processed, Retry};
use super::sending::Sending;
use crate::units::{milliseconds, plural, wrapped};

/// Maximum number of calls in flight in a paragraph. Further ones are counted; JSON has all.
const MAX_CALLS: usize = 6;

/// Returns an explanation as a heading and a paragraph, with lines of at most `width` columns.
#[must_use]
pub fn paragraph(explanation: &Explanation, width: usize) -> String {
    let mut out = printable(&heading(explanation));
    out.push('\n');
    out.push_str(&wrapped(&format!("  {}", printable(&sentences(explanation).join(" "))), width));
    out
}

fn heading(explanation: &Explanation) -> String {
    let ends: Vec<String> =
        explanation.ends.iter().map(|end| format!("{} #{}", end.recording, end.sock)).collect();
    let number =
        explanation.connection.map_or_else(|| "no connection,".to_owned(), |number| format!("c{number}"));
    let mut heading = format!("{number} {}", ends.join(" ↔ "));
    if let (Some(client), Some(server)) = (&explanation.client, &explanation.server) {
        let _ = write!(heading, ", {client} → {server}");
    }
    let _ = write!(heading, ", {}", explanation.protocol.unwrap_or("unknown protocol"));
    if let Some(closed) = explanation.closed {
        let _ = write!(heading, ", {}", milliseconds(closed.saturating_sub(explanation.opened)));
    }
    let _ = write!(heading, ", {}", plural(explanation.completed, "completed call"));
    if explanation.reset > 0 {
        let _ = write!(heading, ", {} reset", explanation.reset);
    }
    heading
}

fn sentences(explanation: &Explanation) -> Vec<String> {
    let mut sentences = vec![ended_by(explanation), explanation.reason.clone()];
    sentences.extend(first_end(explanation));
    if !explanation.evidence.is_empty() {
        let events = explanation.evidence.iter().map(|it| {
            let by = it.recorded_by.name();
            format!("event {} at {} ({by}): {}", it.event, seconds(it.at).trim(), it.what)
        });
        sentences.push(format!("Evidence: {}.", events.collect::<Vec<_>>().join("; ")));
    }
    sentences.extend(calls(explanation));
    sentences.extend(sending(&explanation.sending));
    sentences.extend(explanation.caveats.iter().map(|caveat| (*caveat).to_owned()));
    sentences
}

fn ended_by(explanation: &Explanation) -> String {
    let who = match explanation.ended_by {
        Ender::Client => "Ended by the client",
        Ender::Server => "Ended by the server",
        Ender::Network => "Ended by the network",
        Ender::Nobody => return "Not ended.".to_owned(),
        Ender::Unknown => return "Ended, by whom is unknown.".to_owned(),
    };
    match (explanation.level, explanation.cause) {
        (_, Cause::Unknown) => format!("{who}, for an unknown reason."),
        (Level::Unknown, _) => format!("{who}."),
        (level, _) => format!("{who}, at the {} level.", level.name()),
    }
}

/// Returns the sentence about the first FIN or RST, if its side is not the one that ended the connection.
fn first_end(explanation: &Explanation) -> Option<String> {
    let side = explanation.closed_first?;
    let name = match side {
        Side::Client => "client",
        _ => "server",
    };
    (explanation.ended_by != Ender::of(side)).then(|| format!("The first FIN or RST was the {name}'s."))
}

/// Returns the sentences about the sending. Ends of which nothing is known share one sentence.
fn sending(ends: &[Sending]) -> Vec<String> {
    if ends.is_empty() {
        return Vec::new();
    }
    if ends.iter().all(|end| end.limit.is_none()) {
        let too_short = ends.iter().any(|end| end.has_data);
        let why = if too_short {
            "the kernel's clock is too coarse for a connection this short"
        } else {
            "the recording has no TCP_INFO of it"
        };
        return vec![format!("Whether application, peer or network limited the sending is unknown: {why}.")];
    }
    ends.iter().filter(|end| end.limit.is_some()).map(|end| end.text.clone()).collect()
}

fn calls(explanation: &Explanation) -> Vec<String> {
    let total = explanation.in_flight.len() as u64 + explanation.in_flight_more;
    if total == 0 && matches!(explanation.cause, Cause::ClientGone | Cause::ConnectFailed) {
        return Vec::new();
    }
    if total == 0 {
        let is_known = explanation.protocol.is_some_and(|protocol| protocol != "TLS");
        return if is_known && explanation.caveats.is_empty() {
            vec!["No call was in flight.".to_owned()]
        } else {
            vec!["Whether a call was in flight is unknown.".to_owned()]
        };
    }
    if explanation.ended_by == Ender::Nobody {
        return vec![format!("{} in progress.", plural(total, "call"))];
    }
    let mut sentences = vec![format!("{} without a complete response.", plural(total, "call"))];
    sentences.extend(explanation.in_flight.iter().take(MAX_CALLS).map(call));
    let listed = explanation.in_flight.len().min(MAX_CALLS) as u64;
    if total > listed {
        sentences.push(format!("{} more.", total - listed));
    }
    sentences
}

fn call(call: &InFlight) -> String {
    // Without its headers, a call is named by its stream.
    let stream = call.stream.filter(|_| !call.operation.starts_with("stream "));
    let stream = stream.map(|stream| format!(" on stream {stream}")).unwrap_or_default();
    let event = call.event.map(|event| format!(" (event {event})")).unwrap_or_default();
    let processed = match call.processed {
        Processed::Processed => "processed",
        Processed::NotProcessed => "not processed",
        Processed::Unknown => "unknown whether processed",
    };
    let retry = match (call.retry, call.processed) {
        (Retry::Safe, Processed::NotProcessed) => "a retry is safe",
        (Retry::Safe, _) => "a retry is safe, because the operation is idempotent (RFC 9110, section 9.2.2)",
        (Retry::Unsafe, _) => "a retry is not safe: it may apply the call twice",
        (Retry::Unknown, _) => "a retry is safe only if the operation is idempotent",
    };
    let operation = if call.operation.is_empty() { "a call" } else { &call.operation };
    format!("{operation}{stream}{event}: {processed}, {}; {retry}.", call.shown_by)
}
