//! The rules of RFC 6455 and RFC 7692 that a frame breaks. A peer closes the connection for them.

use super::super::direction::Direction;
use super::frame::{FrameHead, OpCode};

/// The state of a direction on which the validity of the next frame header depends.
#[derive(Debug)]
pub(super) struct Situation {
    pub(super) sender: Direction,
    /// `true` if a message has begun, but not ended.
    pub(super) is_fragmented: bool,
    /// `true` after a close frame.
    pub(super) is_closed: bool,
    /// `true` if permessage-deflate was accepted.
    pub(super) has_deflate: bool,
}

/// Returns the rule that a frame breaks by its header, with the section.
pub(super) fn of_head(head: &FrameHead, situation: &Situation) -> Option<&'static str> {
    let is_control = head.code.is_control();
    let from_client = situation.sender == Direction::ToServer;
    Some(match head.code {
        _ if situation.is_closed => "a frame after a close frame (RFC 6455, section 5.5.1)",
        OpCode::Other => "a reserved opcode (RFC 6455, section 5.2)",
        _ if head.has_reserved_bits || (head.is_compressed && !situation.has_deflate) => {
            "a reserved bit without an extension that defines it (RFC 6455, section 5.2)"
        }
        code if head.is_compressed && (is_control || code == OpCode::Continuation) => {
            "RSV1 on a frame that does not begin a message (RFC 7692, section 6.1)"
        }
        _ if is_control && !head.is_final => "a fragmented control frame (RFC 6455, section 5.5)",
        _ if is_control && head.length > 125 => "a control frame of more than 125 B (RFC 6455, section 5.5)",
        OpCode::Continuation if !situation.is_fragmented => "no message to continue (RFC 6455, section 5.4)",
        OpCode::Text | OpCode::Binary if situation.is_fragmented => {
            "a new message inside a fragmented one (RFC 6455, section 5.4)"
        }
        _ if from_client && !head.is_masked => "a client's frame without a mask (RFC 6455, section 5.1)",
        _ if !from_client && head.is_masked => "a server's frame with a mask (RFC 6455, section 5.1)",
        _ if !head.is_shortest => "a length in more bytes than necessary (RFC 6455, section 5.2)",
        _ => return None,
    })
}

/// Returns the rule that the payload of a close frame breaks, with the section.
pub(super) fn of_close(payload: &[u8]) -> Option<&'static str> {
    match payload {
        [] => None,
        [_] => Some("half a status code (RFC 6455, section 5.5.1)"),
        [high, low, reason @ ..] => match u16::from_be_bytes([*high, *low]) {
            0..1000 | 1004..=1006 | 1015..3000 | 5000.. => {
                Some("a status code that must not be sent (RFC 6455, section 7.4)")
            }
            _ if std::str::from_utf8(reason).is_err() => {
                Some("a reason that is not UTF-8 (RFC 6455, section 5.5.1)")
            }
            _ => None,
        },
    }
}

/// Rule that a text message breaks if it is not UTF-8.
pub(super) const NOT_UTF8: &str = "a text message that is not UTF-8 (RFC 6455, section 8.1)";
