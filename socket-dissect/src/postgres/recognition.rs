//! Recognition of PostgreSQL by the first bytes of a connection, or of a later read or write.

use super::super::direction::Direction;
use super::kind::Kind;
use super::reader::HEADER;
use super::startup;

/// Maximum value of the length field in bytes that are recognised as the header of a PostgreSQL message. A
/// greater length is valid, but probably means that the bytes belong to another protocol.
const MAX_LIKELY: u32 = 1 << 24;

/// Returns `true` if a PostgreSQL connection can begin with `bytes`. If `from_beginning` is `false`, they are
/// from the middle of the connection, and must begin with a complete message header.
pub(in super::super) fn may_be_postgres(direction: Direction, bytes: &[u8], from_beginning: bool) -> bool {
    match (direction, from_beginning) {
        (Direction::ToServer, true) => startup::may_begin(bytes),
        // The server never sends first.
        (Direction::ToClient, true) => false,
        (_, false) => are_messages(direction, bytes),
    }
}

/// Returns `true` if the bytes begin with a complete header of a client's first packet.
pub(in super::super) fn is_startup(bytes: &[u8]) -> bool {
    bytes.len() >= startup::HEADER && startup::may_begin(bytes)
}

/// Returns `true` if the bytes begin with a message, and all complete headers in them are valid.
pub(super) fn are_messages(direction: Direction, mut bytes: &[u8]) -> bool {
    let mut is_first = true;
    while let Some(header) = bytes.first_chunk::<HEADER>() {
        let Some(length) = likely_length(direction, *header) else { return false };
        is_first = false;
        bytes = bytes.get(length..).unwrap_or_default();
    }
    let next = bytes.first().is_none_or(|byte| Kind::of(direction, *byte).is_some());
    !is_first && next
}

/// Returns the number of bytes of the message with this header, including the header. `None` if the bytes are
/// probably not a message header.
fn likely_length(direction: Direction, header: [u8; HEADER]) -> Option<usize> {
    let [kind, length @ ..] = header;
    let (kind, _) = Kind::of(direction, kind)?;
    let length = u32::from_be_bytes(length);
    let body = length.checked_sub(4).filter(|_| length <= MAX_LIKELY)?;
    let is_likely = kind.fixed_length().is_none_or(|fixed| fixed == body);
    usize::try_from(length).ok().filter(|_| is_likely).map(|length| length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_begins_with_a_startup_packet() {
        let begins = |bytes: &[u8]| may_be_postgres(Direction::ToServer, bytes, true);
        for packet in [
            &b"\0\0\0\x29\0\x03\0\0user\0"[..],
            b"\0\0\0\x29\0\x03\0\x02",
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            b"\0\0\0\x08\x04\xd2\x16\x30",
            b"\0\0\0\x10\x04\xd2\x16\x2e",
        ] {
            assert!((0..packet.len()).all(|end| begins(&packet[..=end])), "{packet:x?}");
            assert!(is_startup(packet) && !is_startup(&packet[..7]), "{packet:x?}");
        }
        for other in
            [&b"Q\0\0\0"[..], b"\0\0\0\x07", b"\0\0\x08\x06\0\0\0\0\0", b"\0\0\x40\0", b"\0\0\0\x08\0\x02"]
        {
            assert!(!begins(other), "{other:x?}");
        }
        assert!(!may_be_postgres(Direction::ToClient, b"R\0\0\0\x08\0\0\0\0", true));
    }

    #[test]
    fn postgresql_is_recognized_if_every_header_is_valid() {
        let (client, server) = (Direction::ToServer, Direction::ToClient);
        assert!(are_messages(client, b"B\0\0\0\x06..E\0\0\0\x09.....S\0\0\0\x04"));
        assert!(are_messages(server, b"2\0\0\0\x04D\0\0\x01\0 the beginning of a row"));
        assert!(are_messages(server, b"Z\0\0\0\x05IA\0\0"));
        for other in [
            &b"Z\0\0\0"[..],
            b"Z\0\0\0\x06..",
            b"D\0\0\0\x03",
            b"D\x02\0\0\0",
            b"2\0\0\0\x04?",
            b"HTTP/1.1 200 OK",
        ] {
            assert!(!are_messages(server, other), "{other:x?}");
        }
    }
}
