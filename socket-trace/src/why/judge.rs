//! Chooses the first cause of a connection's end.

use socket_dissect::Goaway;
use socket_tap::format::Side;

use super::connection::Facts;
use super::explanation::{Cause, Ender, Evidence, Level};
use super::signal::{Sign, Signal};
use super::upkeep::Place;

/// Time in nanoseconds within which an end without a message counts as the reaction to an invalid message.
pub(super) const REACTION_TIME: u64 = 1_000_000_000;

/// The first cause, with its evidence.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) ended_by: Ender,
    pub(super) level: Level,
    pub(super) cause: Cause,
    pub(super) reason: String,
    pub(super) evidence: Vec<Evidence>,
}

impl Verdict {
    pub(super) fn new(ended_by: Ender, level: Level, cause: Cause, reason: impl Into<String>) -> Self {
        Self { ended_by, level, cause, reason: reason.into(), evidence: Vec::new() }
    }

    pub(super) fn with(mut self, signals: &[&Signal]) -> Self {
        self.evidence = signals.iter().map(|signal| evidence(signal)).collect();
        self
    }
}

/// Returns the first cause. `listener_closed` is the event in which the server closed the listener of the connection.
pub(super) fn judge(facts: &Facts, listener_closed: Option<Place>) -> Verdict {
    let end = end_position(facts);
    let announced = facts.signals.get(..end.unwrap_or(facts.signals.len())).unwrap_or_default();
    let end = end.and_then(|end| facts.signals.get(end));
    let judge = Judge { facts, listener_closed, end };
    let mut verdict = announced
        .iter()
        .find_map(|signal| judge.announcement(signal))
        .or_else(|| end.map(|end| judge.end(end)))
        .unwrap_or_else(|| judge.without_signal());
    if let Some(end) = end.map(evidence).filter(|end| !verdict.evidence.contains(end)) {
        verdict.evidence.push(end);
    }
    verdict.evidence.sort_by_key(|evidence| evidence.event);
    verdict
}

/// Returns the position of the signal with which the connection ended. The FIN of a client that waits for its response is
/// not the end: the server or the network may end the connection before the client closes its socket.
fn end_position(facts: &Facts) -> Option<usize> {
    let mut ends = facts.signals.iter().enumerate().filter(|(_, signal)| signal.sign.is_end());
    let (first, signal) = ends.next()?;
    let knowledge = facts.knowledge();
    let is_half_close = signal.sign == Sign::Fin
        && facts.client_shutdown == Some(signal.event)
        && facts.calls.has_in_flight(knowledge, signal.event)
        && facts.calls.has_complete_requests(knowledge);
    let is_before_close = |signal: &Signal| facts.client_close.is_none_or(|close| signal.event <= close);
    let next = ends.find(|(_, it)| it.by != Some(Side::Client) && is_before_close(it));
    next.filter(|_| is_half_close).map(|(next, _)| next).or(Some(first))
}

pub(super) struct Judge<'a> {
    pub(super) facts: &'a Facts,
    pub(super) listener_closed: Option<Place>,
    /// The signal with which the connection ended.
    pub(super) end: Option<&'a Signal>,
}

impl Judge<'_> {
    /// Returns the verdict if the signal announces the end.
    fn announcement(&self, signal: &Signal) -> Option<Verdict> {
        let by = signal.by?;
        let (who, what) = (by.name(), &signal.what);
        let verdict = |level, cause, reason: String| {
            Some(Verdict::new(Ender::of(by), level, cause, reason).with(&[signal]))
        };
        match &signal.sign {
            Sign::Violation(level) => {
                let reaction = self.reaction(signal, by.other())?;
                let reason = format!(
                    "The {who} broke a rule of {}, and the {} ended the connection: {what}.",
                    level.name(),
                    by.other().name()
                );
                Some(
                    Verdict::new(Ender::of(by.other()), *level, Cause::ProtocolError, reason)
                        .with(&[signal, reaction]),
                )
            }
            Sign::RstStreamBurst => {
                let reaction = self.complaint(signal, by.other())?;
                let reason = format!(
                    "The {who} sent 10 or more RST_STREAM frames within a second, and the {} ended the connection: {}.",
                    by.other().name(),
                    reaction.what
                );
                Some(
                    Verdict::new(Ender::of(by.other()), Level::Http2, Cause::RstStreamBurst, reason)
                        .with(&[signal, reaction]),
                )
            }
            Sign::RequestTimeout => verdict(
                Level::Http1,
                Cause::RequestTimeout,
                format!("The server waited too long for the request: {what}."),
            ),
            Sign::ConnectionClose if self.was_cut_off(by) => None,
            Sign::ConnectionClose => {
                verdict(Level::Http1, Cause::ConnectionClose, format!("The {who} sent {what}."))
            }
            Sign::Rejection => {
                self.ends_soon(signal, by, signal.completed + 1)?;
                let reason = format!("The server refused to read the request, and closed: {what}.");
                verdict(Level::Http1, Cause::RequestRejected, reason)
            }
            Sign::Goaway(goaway) => Some(self.goaway(signal, by, goaway)),
            Sign::WebsocketClose(_) => {
                verdict(Level::Websocket, Cause::WebsocketClose, format!("The {who} sent a {what}."))
            }
            Sign::TlsAlert => verdict(Level::Tls, Cause::TlsAlert, format!("The {who} sent a TLS {what}.")),
            Sign::Terminate => verdict(Level::Postgres, Cause::Terminate, format!("The {who} sent {what}.")),
            Sign::Fin | Sign::Reset { .. } | Sign::TimedOut | Sign::NetworkError { .. } => None,
        }
    }

    /// Returns `true` if a call was cut off, which shows that a `Connection: close` of `side` was not the cause. A call whose
    /// response the server had written was not: the client did not read it.
    fn was_cut_off(&self, side: Side) -> bool {
        let (calls, knowledge) = (&self.facts.calls, self.facts.knowledge());
        let has_responded = side == Side::Server && calls.has_server_responded(knowledge);
        calls.has_in_flight(knowledge, u64::MAX) && !has_responded
    }

    /// Returns the complaint of `side` about the signal, or its end of the connection if no call ended in between.
    fn reaction(&self, signal: &Signal, side: Side) -> Option<&Signal> {
        let later =
            self.facts.signals.iter().filter(|later| later.event >= signal.event && later.by == Some(side));
        let complaint = later.into_iter().find(|later| {
            later.sign.is_complaint()
                && later.at.saturating_sub(signal.at) <= REACTION_TIME
                && (later.sign != Sign::Rejection || self.ends_connection(later, side))
        });
        complaint.or_else(|| self.ends_soon(signal, side, signal.completed))
    }

    /// Returns `true` if `side` ended the connection with this rejection, or announced it. It may reject a request, and serve
    /// further ones.
    fn ends_connection(&self, rejection: &Signal, side: Side) -> bool {
        let is_announcement = |it: &Signal| {
            it.sign == Sign::ConnectionClose && it.by == Some(side) && it.event == rejection.event
        };
        self.facts.signals.iter().any(is_announcement)
            || self.ends_soon(rejection, side, rejection.completed + 1).is_some()
    }

    /// Returns the end of the connection by `side`, if it followed the signal soon, and after `completed` calls at most.
    fn ends_soon(&self, signal: &Signal, side: Side, completed: u64) -> Option<&Signal> {
        let end = self.end?;
        let is_soon = end.at.saturating_sub(signal.at) <= REACTION_TIME;
        (end.by == Some(side) && end.completed <= completed && is_soon).then_some(end)
    }

    fn complaint(&self, signal: &Signal, side: Side) -> Option<&Signal> {
        let later =
            self.facts.signals.iter().filter(|later| later.event >= signal.event && later.by == Some(side));
        later.into_iter().find(|later| later.sign.is_complaint())
    }

    fn goaway(&self, signal: &Signal, by: Side, goaway: &Goaway) -> Verdict {
        let debug = goaway.debug.to_ascii_lowercase();
        let has = |word| debug.contains(word);
        let is_of_grpc = self.facts.is_grpc && !debug.is_empty();
        let level = if is_of_grpc { Level::Grpc } else { Level::Http2 };
        let (who, what) = (by.name(), &signal.what);
        let verdict =
            |cause, reason: String| Verdict::new(Ender::of(by), level, cause, reason).with(&[signal]);
        if has("ping") && has("timeout") || has("keepalive") && has("timed out") {
            return verdict(
                Cause::KeepAliveTimeout,
                format!("The keep-alive timeout of the {who} expired: {what}."),
            );
        }
        // The debug data of gRFC A9.
        if has("max_age") {
            return verdict(
                Cause::MaxConnectionAge,
                format!("The connection was as old as the {who} allows: {what}."),
            );
        }
        // grpcio writes `connection idle`, with INTERNAL_ERROR.
        if has("idle") {
            return verdict(Cause::IdleTimeout, format!("The idle timeout of the {who} expired: {what}."));
        }
        if let Some(verdict) = self.keep_alive(signal, by).filter(|_| debug.is_empty()) {
            return verdict;
        }
        if let Some(verdict) = self.shutdown(signal, by, level).filter(|_| !goaway.is_error()) {
            return verdict;
        }
        verdict(Cause::Goaway, format!("The {who} sent {what}."))
    }
}

fn evidence(signal: &Signal) -> Evidence {
    let (event, at, recorded_by, what) = (signal.event, signal.at, signal.recorded_by, signal.what.clone());
    Evidence { event, at, recorded_by, what }
}
