//! The rules of RFC 9113 that a frame breaks. A peer closes the connection or resets the stream for them.

use super::super::direction::Direction;
use super::frame::{FrameHead, Kind, MAX_LENGTH};

/// The state of a direction on which the validity of the next frame header depends.
#[derive(Debug)]
pub(super) struct Situation {
    pub(super) sender: Direction,
    /// `true` for the first frame of this direction.
    pub(super) is_first: bool,
    /// Stream of the header block that has begun, but not ended.
    pub(super) open_block: Option<u32>,
    /// Maximum payload length that the receiver accepts.
    pub(super) max_length: u32,
}

/// Returns the rule that a frame breaks by its header, with the section.
pub(super) fn of_head(head: &FrameHead, situation: &Situation) -> Option<String> {
    let FrameHead { kind, flags, stream, length, .. } = *head;
    let section = section(kind);
    let wrong_length = match kind {
        Kind::Settings if flags.ack() => length > 0,
        Kind::Settings => !length.is_multiple_of(6),
        Kind::Ping => length != 8,
        Kind::WindowUpdate | Kind::RstStream => length != 4,
        Kind::Priority => length != 5,
        Kind::Goaway => length < 8,
        _ => false,
    };
    let from_client = situation.sender == Direction::ToServer;
    Some(match (situation.open_block, kind) {
        (Some(open), Kind::Continuation) if open != stream => {
            format!("on stream {stream}, where the header block of stream {open} must continue ({section})")
        }
        (None, Kind::Continuation) => format!("no header block has begun ({section})"),
        (Some(open), kind) if kind != Kind::Continuation => {
            format!(
                "where the header block of stream {open} must continue with CONTINUATION (RFC 9113, section 6.10)"
            )
        }
        _ if situation.is_first && kind != Kind::Settings => {
            "SETTINGS must be the first frame (RFC 9113, section 3.4)".to_owned()
        }
        _ if kind.is_of_connection() && stream > 0 => {
            format!("on stream {stream}, must be on stream 0 ({section})")
        }
        _ if kind.needs_stream() && stream == 0 => format!("on stream 0, must be on a stream ({section})"),
        (_, Kind::PushPromise) if from_client => "from a client (RFC 9113, section 8.4)".to_owned(),
        (_, Kind::Headers) if from_client && stream.is_multiple_of(2) => {
            format!("a client began stream {stream}, must be odd (RFC 9113, section 5.1.1)")
        }
        _ if length > situation.max_length => {
            format!("{length} B, the receiver accepts {} (RFC 9113, section 4.2)", situation.max_length)
        }
        _ if wrong_length => format!("{length} B of payload ({section})"),
        _ => return None,
    })
}

/// Returns the rule that a frame without message or header fields breaks by its payload, with the section.
pub(super) fn of_payload(head: &FrameHead, payload: &[u8], sender: Direction) -> Option<String> {
    match (head.kind, payload) {
        (Kind::WindowUpdate, [a, rest @ .., z])
            if a & 0x7f == 0 && *z == 0 && rest.iter().all(|x| *x == 0) =>
        {
            Some("an increment of 0 (RFC 9113, section 6.9)".to_owned())
        }
        (Kind::Settings, payload) if !head.flags.ack() => {
            payload.as_chunks::<6>().0.iter().find_map(|[a, b, value @ ..]| {
                let (setting, value) = (u16::from_be_bytes([*a, *b]), u32::from_be_bytes(*value));
                let rule = match setting {
                    2 if value > 1 => "ENABLE_PUSH must be 0 or 1",
                    2 if value == 1 && sender == Direction::ToClient => {
                        "a server must not send ENABLE_PUSH 1"
                    }
                    4 if value > 0x7fff_ffff => "INITIAL_WINDOW_SIZE must be below 2^31",
                    5 if !(MAX_LENGTH..1 << 24).contains(&value) => {
                        "MAX_FRAME_SIZE must be 16,384 to 16,777,215"
                    }
                    8 if value > 1 => {
                        return Some(
                            "ENABLE_CONNECT_PROTOCOL must be 0 or 1 (RFC 8441, section 3)".to_owned(),
                        );
                    }
                    _ => return None,
                };
                Some(format!("{rule} (RFC 9113, section 6.5.2)"))
            })
        }
        _ => None,
    }
}

/// Returns the `MAX_FRAME_SIZE` in the payload of a SETTINGS frame.
pub(super) fn max_frame_size(payload: &[u8]) -> Option<u32> {
    let (settings, _) = payload.as_chunks::<6>();
    settings.iter().rev().find_map(|setting| match setting {
        [0, 5, value @ ..] => Some(u32::from_be_bytes(*value)),
        _ => None,
    })
}

fn section(kind: Kind) -> &'static str {
    match kind {
        Kind::Data => "RFC 9113, section 6.1",
        Kind::Headers => "RFC 9113, section 6.2",
        Kind::Priority => "RFC 9113, section 6.3",
        Kind::RstStream => "RFC 9113, section 6.4",
        Kind::Settings => "RFC 9113, section 6.5",
        Kind::PushPromise => "RFC 9113, section 6.6",
        Kind::Ping => "RFC 9113, section 6.7",
        Kind::Goaway => "RFC 9113, section 6.8",
        Kind::WindowUpdate => "RFC 9113, section 6.9",
        Kind::Continuation => "RFC 9113, section 6.10",
        Kind::AltSvc => "RFC 7838, section 4",
        Kind::Origin => "RFC 8336, section 2",
        Kind::PriorityUpdate => "RFC 9218, section 7.1",
        Kind::Other => "RFC 9113, section 4.1",
    }
}
