//! The cause of an end that no message announces.

use socket_tap::format::Side;

use super::explanation::{Cause, Ender, Evidence, Level};
use super::judge::{Judge, REACTION_TIME, Verdict};
use super::signal::{Sign, Signal};
use crate::units::milliseconds;

impl Judge<'_> {
    /// Returns the verdict for a `PING` that got no response before `signal`.
    pub(super) fn keep_alive(&self, signal: &Signal, by: Side) -> Option<Verdict> {
        let (ping, recorded_by) = self.facts.upkeep.unanswered(by, signal.at, self.facts.round_trip(by))?;
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
    pub(super) fn shutdown(&self, signal: &Signal, by: Side, level: Level) -> Option<Verdict> {
        let closed = self.listener_closed.filter(|_| by == Side::Server)?;
        // A graceful shutdown tells the connections and closes the listener in any order.
        let is_goaway = matches!(signal.sign, Sign::Goaway(_));
        let reason = match signal.at.checked_sub(closed.at).filter(|_| closed.event < signal.event) {
            Some(before) => format!(
                "The server was shutting down: it had closed its listener {} before.",
                milliseconds(before)
            ),
            None if is_goaway && closed.at.saturating_sub(signal.at) <= REACTION_TIME => format!(
                "The server was shutting down: it closed its listener {} after its GOAWAY.",
                milliseconds(closed.at.saturating_sub(signal.at))
            ),
            None => return None,
        };
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
    pub(super) fn end(&self, end: &Signal) -> Verdict {
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
        let knowledge = self.facts.knowledge();
        // Without the client's recording it is unknown whether it read a response that the server completed later.
        let was_in_flight = end.in_flight && by == Side::Client && !knowledge.client_recorded;
        let in_flight = was_in_flight || self.facts.calls.has_in_flight(knowledge, end.event);
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
            return self.server_gone(end);
        }
        if self.facts.is_blind() {
            return verdict(
                Cause::Unknown,
                format!("The {who} closed the connection. The recording does not show why."),
            );
        }
        let idle = self.idle(end);
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

    /// Returns the verdict for a server that sent a FIN while a call was in flight.
    fn server_gone(&self, end: &Signal) -> Verdict {
        let reason = if self.facts.calls.lacks_head(self.facts.knowledge()) {
            let idle = milliseconds(self.idle(end));
            format!(
                "The server closed the connection {idle} after the last transfer, before the head of the request was \
                 complete. The recording does not show whether a request timeout was the reason."
            )
        } else {
            "The server closed the connection while a call was in flight, without a message about the reason."
                .to_owned()
        };
        Verdict::new(Ender::Server, Level::Socket, Cause::ServerGone, reason).with(&[end])
    }

    /// Returns the time from the last transfer to the end.
    fn idle(&self, end: &Signal) -> u64 {
        end.at.saturating_sub(self.facts.last_transfer.map_or(self.facts.opened, |it| it.at))
    }

    /// Returns the verdict for a connection without a sign of its end.
    pub(super) fn without_signal(&self) -> Verdict {
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

/// Returns `true` if `idle` nanoseconds fit an announced timeout. Servers announce whole seconds, 0 for less than one, and Node
/// waits a second longer.
fn is_timeout(idle: u64, seconds: u64) -> bool {
    const SECOND: u64 = 1_000_000_000;
    let least = seconds.saturating_mul(SECOND);
    (least..=least.saturating_add(least / 5).saturating_add(2 * SECOND)).contains(&idle)
}
