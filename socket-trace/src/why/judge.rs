//! Chooses the first cause of a connection's end.

use socket_tap::format::Side;

use super::connection::Facts;
use super::explanation::{Cause, Ender, Evidence, Level};
use super::goaway::Goaway;
use super::signal::{Sign, Signal};
use super::upkeep::Place;
use crate::units::milliseconds;

/// Time in nanoseconds within which an end without a message counts as the reaction to an invalid message.
const REACTION_TIME: u64 = 1_000_000_000;

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
    fn new(ended_by: Ender, level: Level, cause: Cause, reason: impl Into<String>) -> Self {
        Self { ended_by, level, cause, reason: reason.into(), evidence: Vec::new() }
    }

    fn with(mut self, signals: &[&Signal]) -> Self {
        self.evidence = signals.iter().map(|signal| evidence(signal)).collect();
        self
    }
}

/// Returns the first cause. `listener_closed` is the event in which the server closed the listener of the connection.
pub(super) fn judge(facts: &Facts, listener_closed: Option<Place>) -> Verdict {
    let judge = Judge { facts, listener_closed };
    let end = facts.signals.iter().position(|signal| signal.sign.is_end());
    let announced = facts.signals.get(..end.unwrap_or(facts.signals.len())).unwrap_or_default();
    let end = end.and_then(|end| facts.signals.get(end));
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

struct Judge<'a> {
    facts: &'a Facts,
    listener_closed: Option<Place>,
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
            Sign::ConnectionClose => {
                verdict(Level::Http1, Cause::ConnectionClose, format!("The {who} sent {what}."))
            }
            Sign::Goaway(goaway) => Some(self.goaway(signal, by, goaway)),
            Sign::WebsocketClose(_) => {
                verdict(Level::Websocket, Cause::WebsocketClose, format!("The {who} sent a {what}."))
            }
            Sign::TlsAlert => verdict(Level::Tls, Cause::TlsAlert, format!("The {who} sent a TLS {what}.")),
            Sign::Terminate => verdict(Level::Postgres, Cause::Terminate, format!("The {who} sent {what}.")),
            Sign::Fin | Sign::Reset { .. } | Sign::TimedOut | Sign::NetworkError => None,
        }
    }

    /// Returns the complaint of `side` about the signal, or its end of the connection if no call ended in between.
    fn reaction(&self, signal: &Signal, side: Side) -> Option<&Signal> {
        let later =
            self.facts.signals.iter().filter(|later| later.event >= signal.event && later.by == Some(side));
        let end = || {
            let end = self.facts.signals.iter().find(|it| it.sign.is_end())?;
            let is_soon = end.at.saturating_sub(signal.at) <= REACTION_TIME;
            (end.by == Some(side) && end.completed == signal.completed && is_soon).then_some(end)
        };
        later.into_iter().find(|later| later.sign.is_complaint()).or_else(end)
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
        if let Some(verdict) = self.keep_alive(signal, by) {
            return verdict;
        }
        let (who, what) = (by.name(), &signal.what);
        let verdict =
            |cause, reason: String| Verdict::new(Ender::of(by), level, cause, reason).with(&[signal]);
        if has("ping") && has("timeout") || has("keepalive") && has("timed out") {
            return verdict(
                Cause::KeepAliveTimeout,
                format!("The keep-alive timeout of the {who} expired: {what}."),
            );
        }
        if has("idle") {
            return verdict(Cause::IdleTimeout, format!("The idle timeout of the {who} expired: {what}."));
        }
        if let Some(verdict) = self.shutdown(signal, by, level).filter(|_| !goaway.is_error()) {
            return verdict;
        }
        verdict(Cause::Goaway, format!("The {who} sent {what}."))
    }

    /// Returns the verdict for a `PING` that got no response before `signal`.
    fn keep_alive(&self, signal: &Signal, by: Side) -> Option<Verdict> {
        let (ping, recorded_by) = self.facts.upkeep.unanswered(by, signal.at)?;
        let level = if self.facts.is_grpc { Level::Grpc } else { Level::Http2 };
        let waited = milliseconds(signal.at - ping.at);
        let reason =
            format!("The {} got no response to its PING for {waited}, and ended the connection.", by.name());
        let mut verdict = Verdict::new(Ender::of(by), level, Cause::KeepAliveTimeout, reason).with(&[signal]);
        let what = "PING without a response".to_owned();
        verdict.evidence.push(Evidence { event: ping.event, at: ping.at, recorded_by, what });
        Some(verdict)
    }

    /// Returns the verdict for a server that had closed its listener before `signal`.
    fn shutdown(&self, signal: &Signal, by: Side, level: Level) -> Option<Verdict> {
        let closed = self.listener_closed.filter(|it| by == Side::Server && it.event < signal.event)?;
        let reason = format!(
            "The server was shutting down: it had closed its listener {} before.",
            milliseconds(signal.at.saturating_sub(closed.at))
        );
        let mut verdict = Verdict::new(Ender::Server, level, Cause::Shutdown, reason).with(&[signal]);
        let what = "close of the listener".to_owned();
        verdict.evidence.push(Evidence {
            event: closed.event,
            at: closed.at,
            recorded_by: Side::Server,
            what,
        });
        Some(verdict)
    }

    /// Returns the verdict for an end without an announcement.
    fn end(&self, end: &Signal) -> Verdict {
        let Some(by) = end.by else {
            let cause = if end.sign == Sign::TimedOut { Cause::TimedOut } else { Cause::NetworkError };
            let reason = match cause {
                Cause::TimedOut => {
                    format!("The kernel gave up, because the peer did not acknowledge: {}.", end.what)
                }
                _ => format!("The network or the kernel ended the connection: {}.", end.what),
            };
            return Verdict::new(Ender::Network, Level::Socket, cause, reason).with(&[end]);
        };
        let in_flight = self.facts.calls.has_in_flight(self.facts.knowledge());
        let who = by.name();
        let verdict =
            |cause, reason: String| Verdict::new(Ender::of(by), Level::Socket, cause, reason).with(&[end]);
        if let Some(verdict) = self.keep_alive(end, by) {
            return verdict;
        }
        match (&end.sign, by) {
            (Sign::Reset { unread: true }, _) => verdict(
                Cause::ResetWithUnreadBytes,
                format!(
                    "The {who} closed its socket before it had read all bytes, which resets the connection."
                ),
            ),
            (Sign::Reset { .. }, Side::Client) if in_flight => verdict(
                Cause::ClientGone,
                "The client reset the connection while a call was in flight.".to_owned(),
            ),
            (Sign::Reset { .. }, _) => verdict(Cause::Reset, format!("The {who} reset the connection.")),
            (_, Side::Client) if in_flight => verdict(
                Cause::ClientGone,
                "The client closed the connection while a call was in flight.".to_owned(),
            ),
            _ => self.fin(end, by, in_flight),
        }
    }

    fn fin(&self, end: &Signal, by: Side, in_flight: bool) -> Verdict {
        let who = by.name();
        let verdict =
            |cause, reason: String| Verdict::new(Ender::of(by), Level::Socket, cause, reason).with(&[end]);
        if let Some(verdict) = self.shutdown(end, by, Level::Socket) {
            return verdict;
        }
        if in_flight {
            return verdict(Cause::ServerGone, "The server closed the connection while a call was in flight, without a message about the reason.".to_owned());
        }
        if self.facts.is_blind() {
            return verdict(
                Cause::Unknown,
                format!("The {who} closed the connection. The recording does not show why."),
            );
        }
        let idle = end.at.saturating_sub(self.facts.last_transfer.map_or(self.facts.opened, |it| it.at));
        let announced =
            self.facts.keep_alive.filter(|seconds| by == Side::Server && is_timeout(idle, *seconds));
        if let Some(seconds) = announced {
            return verdict(
                Cause::IdleTimeout,
                format!(
                    "The server closed the connection after {} without a call. It had announced an idle timeout: Keep-Alive: timeout={seconds}.",
                    milliseconds(idle)
                ),
            );
        }
        let doubt = match by {
            Side::Server => " The recording does not show whether an idle timeout was the reason.",
            _ => "",
        };
        verdict(
            Cause::Close,
            format!(
                "The {who} closed the connection, {} after the last transfer.{doubt}",
                milliseconds(idle)
            ),
        )
    }

    /// Returns the verdict for a connection without a sign of its end.
    fn without_signal(&self) -> Verdict {
        if self.facts.is_released {
            let reason = "The program took the connection out of the recording, so its end is unknown.";
            return Verdict::new(Ender::Unknown, Level::Unknown, Cause::Unknown, reason);
        }
        if self.facts.closed.is_none() {
            let reason = "The connection was open when the recording ended.";
            return Verdict::new(Ender::Nobody, Level::Unknown, Cause::StillOpen, reason);
        }
        let reason = "The recording does not show who ended the connection.";
        Verdict::new(Ender::Unknown, Level::Unknown, Cause::Unknown, reason)
    }
}

/// Returns `true` if `idle` nanoseconds fit an announced timeout: servers may wait a little longer.
fn is_timeout(idle: u64, seconds: u64) -> bool {
    const SECOND: u64 = 1_000_000_000;
    let least = seconds.saturating_mul(SECOND);
    (least..=least.saturating_add(least / 5).saturating_add(SECOND)).contains(&idle) && seconds > 0
}

fn evidence(signal: &Signal) -> Evidence {
    let (event, at, recorded_by, what) = (signal.event, signal.at, signal.recorded_by, signal.what.clone());
    Evidence { event, at, recorded_by, what }
}
