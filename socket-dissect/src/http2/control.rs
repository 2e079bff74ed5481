//! Describes frames that contain no part of a message, such as SETTINGS and PING: RFC 9113, sections 6.3 to
//! 6.9.

use super::super::direction::Direction;
use super::super::text::{grouped, short_bytes};
use super::frame::{FrameHead, Kind, error_name};

/// Maximum number of payload bytes of a control frame that are interpreted.
pub(super) const MAX_PAYLOAD: usize = 512;

/// Maximum number of settings shown for one SETTINGS frame.
const MAX_SETTINGS: usize = 8;

/// Describes a frame as text, from its header and the first bytes of its payload.
pub(super) fn text(head: &FrameHead, payload: &[u8], sender: Direction) -> String {
    match head.kind {
        Kind::Settings | Kind::Ping if head.flags.ack() => "ACK".to_owned(),
        Kind::Settings => settings(payload),
        Kind::WindowUpdate => {
            number(payload, 0).map_or_else(String::new, |n| format!("+{}", grouped(n.into())))
        }
        Kind::RstStream => number(payload, 0).map_or_else(String::new, error_name),
        Kind::Goaway => goaway(payload, sender),
        Kind::Priority => priority(payload),
        _ => String::new(),
    }
}

/// Returns the error code in the payload of an RST_STREAM frame.
pub(super) fn reset_code(payload: &[u8]) -> Option<u32> {
    number(payload, 0)
}

/// Returns the big-endian 32-bit number at the offset `at`. `None` if it is not within the payload.
fn number(payload: &[u8], at: usize) -> Option<u32> {
    let bytes = payload.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// Describes the payload of a SETTINGS frame: `ENABLE_PUSH 0, INITIAL_WINDOW_SIZE 2,097,152`.
fn settings(payload: &[u8]) -> String {
    let (settings, _) = payload.as_chunks::<6>();
    let mut texts: Vec<String> = (settings.iter().take(MAX_SETTINGS))
        .map(|[a, b, value @ ..]| {
            let value = grouped(u32::from_be_bytes(*value).into());
            match setting_name(u16::from_be_bytes([*a, *b])) {
                Ok(name) => format!("{name} {value}"),
                Err(number) => format!("setting {number} {value}"),
            }
        })
        .collect();
    if settings.len() > MAX_SETTINGS {
        texts.push("…".to_owned());
    }
    texts.join(", ")
}

fn setting_name(number: u16) -> Result<&'static str, u16> {
    Ok(match number {
        1 => "HEADER_TABLE_SIZE",
        2 => "ENABLE_PUSH",
        3 => "MAX_CONCURRENT_STREAMS",
        4 => "INITIAL_WINDOW_SIZE",
        5 => "MAX_FRAME_SIZE",
        6 => "MAX_HEADER_LIST_SIZE",
        8 => "ENABLE_CONNECT_PROTOCOL",
        9 => "NO_RFC7540_PRIORITIES",
        other => return Err(other),
    })
}

/// Describes the payload of a GOAWAY frame: `ENHANCE_YOUR_CALM after stream 7: too_many_pings`.
fn goaway(payload: &[u8], sender: Direction) -> String {
    let (Some(last), Some(code)) = (number(payload, 0), number(payload, 4)) else { return String::new() };
    let mut text = error_name(code);
    match (last & 0x7fff_ffff, sender) {
        // The first GOAWAY of a graceful shutdown refuses no stream (RFC 9113, section 6.8).
        (0x7fff_ffff, _) => text += ", the last stream follows",
        (0, Direction::ToClient) => text += ", no stream was processed: all requests can be repeated",
        // A server has no streams to refuse unless it pushes.
        (0, Direction::ToServer) => {}
        (last, _) => text += &format!(" after stream {last}"),
    }
    match payload.get(8..) {
        Some(debug) if !debug.is_empty() => text + ": " + &short_bytes(debug, false),
        _ => text,
    }
}

fn priority(payload: &[u8]) -> String {
    match (number(payload, 0), payload.get(4)) {
        (Some(on), Some(weight)) => {
            format!("depends on stream {}, weight {}", on & 0x7fff_ffff, u16::from(*weight) + 1)
        }
        _ => String::new(),
    }
}
