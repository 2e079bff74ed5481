//! The signs of a connection's end in one socket call.

use socket_tap::close::{Close, EndedBy};
use socket_tap::event::{Event, Failure, Op};
use socket_tap::format::Side;

use super::signal::Sign;

/// Returns the sign in a socket call of `side`: the sign, the side that ended the connection, and a text.
pub(super) fn in_call(event: &Event, side: Side) -> Option<(Sign, Option<Side>, String)> {
    let peer = Some(side.other());
    match (&event.op, &event.error) {
        (Op::Read(_) | Op::Write(_), Some(failure)) => {
            let sign = in_failure(failure)?;
            let by = peer.filter(|_| matches!(sign, Sign::Reset { .. }));
            Some((sign, by, format!("{} failed: {failure}", event.op.name())))
        }
        (_, Some(_)) => None,
        (Op::Read(transfer), None) if transfer.eof => {
            Some((Sign::Fin, peer, "read returned 0 bytes: the peer's FIN".to_owned()))
        }
        (Op::Shutdown, None) => Some((Sign::Fin, Some(side), "shutdown sent a FIN".to_owned())),
        (Op::Close(close), None) => in_close(close, side),
        _ => None,
    }
}

/// Returns `true` if a close sent a FIN, unless a shutdown had sent it before. Servers such as grpc-go close after the
/// client's FIN without a shutdown.
pub(super) fn sends_fin(event: &Event) -> bool {
    let is_fin =
        |close: &Close| !close.aborted && matches!(close.ended_by, Some(EndedBy::Local | EndedBy::Peer));
    matches!(&event.op, Op::Close(close) if event.error.is_none() && is_fin(close))
}

fn in_close(close: &Close, side: Side) -> Option<(Sign, Option<Side>, String)> {
    if close.aborted {
        let bytes = close.tcp.as_ref().map_or(0, |tcp| tcp.unread);
        let what = match bytes {
            0 => "close sent a RST".to_owned(),
            _ => format!("close sent a RST: {bytes} received bytes were unread"),
        };
        return Some((Sign::Reset { unread: bytes > 0 }, Some(side), what));
    }
    let peer = Some(side.other());
    Some(match close.ended_by? {
        EndedBy::Local => (Sign::Fin, Some(side), "close sent a FIN".to_owned()),
        EndedBy::Peer => (Sign::Fin, peer, "close after the peer's FIN".to_owned()),
        EndedBy::Reset => (Sign::Reset { unread: false }, peer, "close after the peer's RST".to_owned()),
        EndedBy::Error => {
            let errno = close.errno.map_or(String::new(), |errno| format!(" (errno {errno})"));
            let sign = close.errno.map_or(Sign::NetworkError { aborted: false }, of_errno);
            (sign, None, format!("close after an error{errno}"))
        }
        _ => return None,
    })
}

fn in_failure(failure: &Failure) -> Option<Sign> {
    match &*failure.reason {
        "connection reset" | "broken pipe" => Some(Sign::Reset { unread: false }),
        "timed out" => Some(Sign::TimedOut),
        "connection aborted" => Some(Sign::NetworkError { aborted: true }),
        "host unreachable" | "network unreachable" | "network down" => {
            Some(Sign::NetworkError { aborted: false })
        }
        _ => None,
    }
}

/// Returns the sign of an error number of Linux.
fn of_errno(errno: i32) -> Sign {
    const ECONNABORTED: i32 = 103;
    const ETIMEDOUT: i32 = 110;
    match errno {
        ETIMEDOUT => Sign::TimedOut,
        _ => Sign::NetworkError { aborted: errno == ECONNABORTED },
    }
}
