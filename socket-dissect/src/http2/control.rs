//! Describes frames that contain no part of a message, such as SETTINGS and PING: RFC 9113, sections 6.3 to
//! 6.9.

use super::super::direction::Direction;
use super::super::goaway::Goaway;
use super::super::text::{Limit, grouped, short};
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
        Kind::Goaway => {
            goaway(payload, sender).map_or_else(String::new, |goaway| goaway_text(&goaway, sender))
        }
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

/// Returns the content of a GOAWAY frame. `None` if its payload is too short.
pub(super) fn goaway(payload: &[u8], sender: Direction) -> Option<Goaway> {
    let (last, code) = (number(payload, 0)? & 0x7fff_ffff, number(payload, 4)?);
    let last_stream = match (last, sender) {
        // The first GOAWAY of a graceful shutdown refuses no stream (RFC 9113, section 6.8).
        (0x7fff_ffff, _) => None,
        // A server has no streams to refuse unless it pushes.
        (0, Direction::ToServer) => None,
        (last, _) => Some(last),
    };
    let debug = Limit::FULL.text_of(payload.get(8..).unwrap_or_default(), false);
    Some(Goaway { code: error_name(code), last_stream, debug })
}

/// Describes a GOAWAY frame: `ENHANCE_YOUR_CALM after stream 7: too_many_pings`.
fn goaway_text(goaway: &Goaway, sender: Direction) -> String {
    let last = match (goaway.last_stream, sender) {
        (None, Direction::ToClient) => ", the last stream follows".to_owned(),
        (None, Direction::ToServer) => String::new(),
        (Some(0), _) => ", no stream was processed: all requests can be repeated".to_owned(),
        (Some(last), _) => format!(" after stream {last}"),
    };
    let debug = if goaway.debug.is_empty() { String::new() } else { format!(": {}", short(&goaway.debug)) };
    format!("{}{last}{debug}", goaway.code)
}

fn priority(payload: &[u8]) -> String {
    match (number(payload, 0), payload.get(4)) {
        (Some(on), Some(weight)) => {
            format!("depends on stream {}, weight {}", on & 0x7fff_ffff, u16::from(*weight) + 1)
        }
        _ => String::new(),
    }
}
