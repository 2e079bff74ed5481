//! Makes the explanation of a connection from its facts.

use socket_tap::format::Side;

use super::connection::Facts;
use super::explanation::{Cause, Ender, Explanation};
use super::judge::{Verdict, judge};
use super::sending::SendData;
use super::signal::{Sign, Signal};
use super::upkeep::Place;

/// Returns the explanation of a connection. `listener_closed` is the event in which the server closed its listener.
pub(super) fn explained(facts: &Facts, listener_closed: Option<Place>) -> Explanation {
    let verdict = judge(facts, listener_closed);
    let knowledge = facts.knowledge();
    let (completed, reset) = facts.calls.counts(knowledge);
    let (in_flight, in_flight_more) = facts.calls.in_flight(knowledge);
    let sides = [Side::Client, Side::Server].into_iter();
    let data = |side| facts.sending.get(side).as_ref().map(|data: &SendData| data.finish(side));
    Explanation {
        connection: Some(facts.number),
        protocol: facts.protocol,
        opened: facts.opened,
        closed: facts.closed.filter(|_| facts.open.is_empty()),
        completed,
        reset,
        closed_first: facts.signals.iter().find(|it| it.sign.is_end()).and_then(|it| it.by),
        disconnect_error: disconnect_error(facts, &verdict),
        goaway: facts.goaway(Side::Server).or_else(|| facts.goaway(Side::Client)).cloned(),
        in_flight,
        in_flight_more,
        sending: sides.filter_map(data).collect(),
        caveats: caveats(facts),
        ended_by: verdict.ended_by,
        level: verdict.level,
        cause: verdict.cause,
        reason: verdict.reason,
        evidence: verdict.evidence,
        client: facts.client.clone(),
        server: facts.server.clone(),
        ends: facts.ends.clone(),
    }
}

/// Returns the reason in the vocabulary of gRFC A94, from the client's point of view: the first that it saw.
fn disconnect_error(facts: &Facts, verdict: &Verdict) -> Option<String> {
    let goaway = facts.signals.iter().find_map(|signal| match &signal.sign {
        Sign::Goaway(goaway) if signal.by == Some(Side::Server) => Some(goaway),
        _ => None,
    });
    let goaway = goaway.filter(|_| verdict.ended_by == Ender::Server);
    let reason = match (goaway, verdict.ended_by, verdict.cause) {
        (_, Ender::Nobody, _) | (.., Cause::ConnectFailed) => return None,
        (Some(goaway), ..) => return Some(format!("GOAWAY {}", goaway.code)),
        (_, Ender::Server, Cause::Reset | Cause::ResetWithUnreadBytes) => "connection reset",
        // Includes the timeout of a client's keep-alive (gRFC A8).
        (.., Cause::TimedOut) | (_, Ender::Client, Cause::KeepAliveTimeout) => "connection timed out",
        (_, Ender::Client, Cause::ProtocolError | Cause::RstStreamBurst | Cause::TlsAlert) => "unknown",
        (_, Ender::Client, _) => "subchannel shutdown",
        (.., Cause::NetworkError) => {
            let is_abort = |signal: &Signal| signal.sign == Sign::NetworkError { aborted: true };
            if facts.signals.iter().any(is_abort) { "connection aborted" } else { "socket error" }
        }
        _ => "unknown",
    };
    Some(reason.to_owned())
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
