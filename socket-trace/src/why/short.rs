//! An explanation in one short sentence, for a line that has other content.

use serde::Serialize;

use super::explanation::{Cause, Ender, Explanation, Level};
use crate::units::plural;

/// The reason for a connection's end in one short sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShortExplanation {
    /// The party that ended the connection.
    pub ended_by: Ender,
    /// The level on which the connection ended.
    pub level: Level,
    /// The first cause.
    pub cause: Cause,
    /// The sentence, without a capital letter and a full stop: `the server sent GOAWAY NO_ERROR after stream 7; 1 call
    /// in flight, a retry is safe`.
    pub text: String,
}

impl ShortExplanation {
    /// Shortens an explanation.
    #[must_use]
    pub fn of(explanation: &Explanation) -> Self {
        let Explanation { ended_by, level, cause, .. } = *explanation;
        Self { ended_by, level, cause, text: cause_text(explanation) + &calls_text(explanation) }
    }
}

fn cause_text(explanation: &Explanation) -> String {
    let (who, peer) = match explanation.ended_by {
        Ender::Client => ("the client", "the server"),
        Ender::Server => ("the server", "the client"),
        Ender::Network => ("the network", "the peer"),
        Ender::Nobody => return "still open".to_owned(),
        Ender::Unknown => return "by whom is unknown".to_owned(),
    };
    let what = match explanation.cause {
        Cause::ConnectFailed if explanation.ended_by == Ender::Client => "could not open the connection",
        Cause::ConnectFailed => return "the server could not be reached".to_owned(),
        Cause::ConnectionClose => "sent Connection: close",
        Cause::RequestRejected => "refused to read the request",
        Cause::MaxConnectionAge => "limits the age of connections",
        Cause::RequestTimeout => "waited too long for the request (408)",
        Cause::IdleTimeout => "had an idle timeout",
        Cause::KeepAliveTimeout => "had a keep-alive timeout",
        Cause::Goaway | Cause::WebsocketClose | Cause::TlsAlert | Cause::Terminate => {
            let message = explanation.evidence.first().map_or("a message", |first| &first.what);
            return format!("{who} sent {message}");
        }
        Cause::RstStreamBurst => return format!("{who} reacted to a burst of RST_STREAM of {peer}"),
        Cause::ProtocolError => return format!("{who} reacted to a protocol error of {peer}"),
        Cause::Shutdown => "was shutting down",
        Cause::ClientGone | Cause::ServerGone => "left during a call",
        Cause::ResetWithUnreadBytes => "closed before it had read all bytes, which is a reset",
        Cause::Reset => "reset the connection",
        Cause::TimedOut => return "the peer did not acknowledge".to_owned(),
        Cause::NetworkError => "failed",
        Cause::Close => "closed it between calls",
        Cause::StillOpen | Cause::Unknown => "closed it, for an unknown reason",
    };
    format!("{who} {what}")
}

fn calls_text(explanation: &Explanation) -> String {
    use super::retry::Retry::Safe;
    let listed = explanation.in_flight.len() as u64;
    let total = listed + explanation.in_flight_more;
    if total == 0 {
        return String::new();
    }
    let safe = explanation.in_flight.iter().filter(|call| call.retry == Safe).count() as u64;
    let retry = match safe {
        0 => "a retry is not safe".to_owned(),
        _ if safe == total => "a retry is safe".to_owned(),
        _ => format!("a retry of {safe} is safe"),
    };
    format!("; {} without a response, {retry}", plural(total, "call"))
}
