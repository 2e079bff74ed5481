//! Explains attempts to connect that failed.

use socket_tap::event::{Addr, Event, Failure, Op};
use socket_tap::format::Side;

use super::explanation::{Cause, Ender, Evidence, Explanation, Level, RecordedEnd};
use super::upkeep::Place;

const TOO_MANY_FILES: &str = "The client has too many open files.";

/// Returns the explanation of a failed `connect` in the recording `label`. `None` for other events, and for a `connect`
/// that the program gave up.
pub(super) fn failed(event: &Event, label: &str, place: Place) -> Option<Explanation> {
    let (Op::Connect { local, peer, began, .. }, Some(failure)) = (&event.op, &event.error) else {
        return None;
    };
    let (ended_by, reason) = reason(failure, matches!(peer, Some(Addr::Other(_))));
    let what = format!("connect failed: {failure}");
    let opened = began.map_or(place.at, |began| place.at.saturating_sub(event.t.saturating_sub(began)));
    Some(Explanation {
        connection: None,
        ends: event
            .sock
            .map(|sock| RecordedEnd { recording: label.to_owned(), side: Side::Client, sock })
            .into_iter()
            .collect(),
        client: local.as_ref().map(ToString::to_string),
        server: peer.as_ref().map(ToString::to_string),
        protocol: None,
        opened,
        closed: Some(place.at),
        completed: 0,
        reset: 0,
        ended_by,
        closed_first: None,
        level: Level::Socket,
        cause: Cause::ConnectFailed,
        disconnect_error: None,
        reason: reason.to_owned(),
        goaway: None,
        evidence: vec![Evidence { event: place.event, at: place.at, recorded_by: Side::Client, what }],
        in_flight: Vec::new(),
        in_flight_more: 0,
        sending: Vec::new(),
        caveats: Vec::new(),
    })
}

fn reason(failure: &Failure, is_unix: bool) -> (Ender, &'static str) {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    match &*failure.reason {
        _ if matches!(failure.errno, Some(ENFILE | EMFILE)) => (Ender::Client, TOO_MANY_FILES),
        "too many open files" => (Ender::Client, TOO_MANY_FILES),
        "address not available" => (
            Ender::Client,
            "The client's kernel found no local address: it does not have the one that the program chose, or no port is \
             free.",
        ),
        "permission denied" | "operation not permitted" => {
            (Ender::Client, "The client's kernel does not permit the connection.")
        }
        "entity not found" | "not found" | "no such file or directory" if is_unix => {
            (Ender::Server, "No server has created the socket: its path does not exist.")
        }
        "connection refused" => {
            (Ender::Server, "The server's kernel refused the connection: no socket listens on the address.")
        }
        "timed out" => {
            (Ender::Network, "No connection was established: the server's kernel did not respond.")
        }
        _ => (Ender::Network, "No connection was established."),
    }
}
