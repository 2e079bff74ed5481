//! Makes the explanation of a connection from its facts.

use socket_tap::format::Side;

use super::connection::Facts;
use super::explanation::{Cause, Ender, Explanation};
use super::judge::{Verdict, judge};
use super::sending::SendData;
use super::upkeep::Place;

/// Returns the explanation of a connection. `listener_closed` is the event in which the server closed its listener.
pub(super) fn explained(facts: Facts, listener_closed: Option<Place>) -> Explanation {
    let verdict = judge(&facts, listener_closed);
    let knowledge = facts.knowledge();
    let (in_flight, in_flight_more) = facts.calls.in_flight(knowledge);
    let sides = [Side::Client, Side::Server].into_iter();
    let data = |side| facts.sending.get(side).as_ref().map(|data: &SendData| data.finish(side));
    Explanation {
        connection: facts.number,
        protocol: facts.protocol,
        opened: facts.opened,
        closed: facts.closed.filter(|_| facts.open.is_empty()),
        completed: facts.calls.completed(knowledge),
        closed_first: facts.signals.iter().find(|it| it.sign.is_end()).and_then(|it| it.by),
        disconnect_error: disconnect_error(&facts, &verdict),
        goaway: facts.goaway(Side::Server).or_else(|| facts.goaway(Side::Client)).cloned(),
        in_flight,
        in_flight_more,
        sending: sides.filter_map(data).collect(),
        caveats: caveats(&facts),
        ended_by: verdict.ended_by,
        level: verdict.level,
        cause: verdict.cause,
        reason: verdict.reason,
        evidence: verdict.evidence,
        client: facts.client,
        server: facts.server,
        ends: facts.ends,
    }
}

/// Returns the reason in the vocabulary of gRFC A94, from the client's point of view.
fn disconnect_error(facts: &Facts, verdict: &Verdict) -> String {
    let goaway = facts.goaway(Side::Server).filter(|_| verdict.ended_by == Ender::Server);
    match (goaway, verdict.ended_by, verdict.cause) {
        (Some(goaway), ..) => format!("GOAWAY {}", goaway.code),
        (_, Ender::Server, Cause::Reset | Cause::ResetWithUnreadBytes) => "connection reset".to_owned(),
        (_, Ender::Client, _) => "subchannel shutdown".to_owned(),
        (_, _, Cause::TimedOut) => "connection timed out".to_owned(),
        (_, _, Cause::NetworkError) => "socket error".to_owned(),
        _ => "unknown".to_owned(),
    }
}

fn caveats(facts: &Facts) -> Vec<&'static str> {
    let all = [
        (
            facts.has_gap,
            "The recorder dropped events of this connection, so an earlier cause may be missing.",
        ),
        (
            facts.lacks_payload(),
            "The recording has no payload, so messages that announce the end are not known.",
        ),
        (
            facts.protocol == Some("TLS"),
            "The messages are encrypted, so those that announce the end are not known.",
        ),
        (
            facts.has_unknown,
            "Some bytes could not be dissected, so messages that announce the end may be missing.",
        ),
        (facts.is_released, "The program took the connection out of the recording."),
    ];
    all.into_iter().filter(|(applies, _)| *applies).map(|(_, caveat)| caveat).collect()
}
