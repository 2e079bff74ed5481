//! Finds the message boundaries in PostgreSQL's protocol, version 3, one byte at a time.
//!
//! The length in a message is not trusted. Before authentication, PostgreSQL's servers and clients accept
//! only short messages, so a larger length is invalid.

use super::PASSWORD;

/// Maximum length of a StartupMessage in bytes (`MAX_STARTUP_PACKET_LENGTH` of PostgreSQL).
const MAX_STARTUP: u32 = 10_000;
/// Maximum length of any other message in bytes: `PG_MAX_AUTH_TOKEN_LENGTH` of PostgreSQL, plus the four
/// bytes of the length field.
const MAX_MESSAGE: u32 = 65_535 + 4;

/// The protocol's major version.
const VERSION: u32 = 3;
pub(super) const CANCEL_REQUEST: u32 = 1234 << 16 | 5678;
pub(super) const SSL_REQUEST: u32 = 1234 << 16 | 5679;
pub(super) const GSS_REQUEST: u32 = 1234 << 16 | 5680;

/// The position in the bytes that the client, or the server, sends: the part of a message to which the next
/// byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The next byte is the type of a message.
    Type,
    /// The next byte belongs to the length of a message.
    Length(Message, Field),
    /// The next byte belongs to the code of an untyped message, such as a StartupMessage. The second value is
    /// the number of bytes that follow the code.
    Code(Field, u32),
    /// The next byte belongs to the body of a message, of which `left` bytes remain. The first `shown` of
    /// these are recorded unmasked, the others masked.
    Body { message: Message, shown: u32, left: u32 },
    /// No secret can follow: all further bytes are recorded unmasked.
    Clear,
    /// An earlier byte is not part of the protocol: all further bytes are masked.
    Unknown,
}

/// The kind of a PostgreSQL message, which determines its maximum length and the masked part of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A StartupMessage, or a request for encryption or cancellation whose code is not read yet.
    Startup,
    Cancel,
    Client(u8),
    Server(u8),
}

/// A four-byte big-endian number that arrives byte by byte. `value` is the number that the first `read` bytes
/// form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    read: u32,
    value: u32,
}

impl Field {
    const BYTES: u32 = 4;

    /// Returns the number with one more byte, or `None` if it already has all four bytes.
    pub(super) fn push(self, byte: u8) -> Option<Self> {
        let incomplete = self.read < Self::BYTES;
        incomplete.then_some(Self { read: self.read + 1, value: self.value << 8 | u32::from(byte) })
    }

    pub(super) fn complete(self) -> Option<u32> {
        (self.read == Self::BYTES).then_some(self.value)
    }

    /// Number of bits of the number that have not arrived yet.
    fn missing_bits(self) -> u32 {
        8 * (Self::BYTES - self.read)
    }

    /// Returns `false` if the number will be greater than `max` whatever its remaining bytes are. So an
    /// invalid length is detected before all of its bytes are recorded unmasked.
    fn can_be_at_most(self, max: u32) -> bool {
        self.value <= max.checked_shr(self.missing_bits()).unwrap_or(0)
    }

    /// Returns `true` if the bytes so far can be the beginning of the code of an untyped message: a protocol
    /// version, or a request such as SSLRequest.
    pub(super) fn is_startup_code(self) -> bool {
        let begins = |code: u32| code.checked_shr(self.missing_bits()).unwrap_or(0) == self.value;
        // The minor version has the last two bytes.
        let is_version = if self.read <= 2 {
            begins(VERSION << 16)
        } else {
            self.value >> (8 * (self.read - 2)) == VERSION
        };
        is_version || [CANCEL_REQUEST, SSL_REQUEST, GSS_REQUEST].into_iter().any(begins)
    }
}

impl Message {
    fn max_length(self) -> u32 {
        if self == Self::Startup { MAX_STARTUP } else { MAX_MESSAGE }
    }

    /// Returns the position after the length field, whose value is `length`. Returns `None` if this kind of
    /// message cannot have that length.
    fn after_length(self, length: u32) -> Option<Position> {
        let left = length.checked_sub(Field::BYTES)?;
        match self {
            Self::Startup => Some(Position::Code(Field::default(), left.checked_sub(Field::BYTES)?)),
            _ => self.body(left),
        }
    }

    /// Returns the position at the beginning of this message's body, which has `length` bytes. Returns `None`
    /// if the body cannot have that length.
    pub(super) fn body(self, length: u32) -> Option<Position> {
        let shown = match self {
            Self::Client(PASSWORD) => 0,
            // The kind of the request; the number of the process.
            Self::Server(b'R' | b'K') | Self::Cancel => Field::BYTES,
            // The status of the transaction.
            Self::Server(b'Z') if length != 1 => return None,
            _ => length,
        };
        let is_complete = shown <= length;
        is_complete.then(|| self.in_body(shown, length))
    }

    fn in_body(self, shown: u32, left: u32) -> Position {
        match self {
            message if left > 0 => Position::Body { message, shown, left },
            // The server closes the connection.
            Self::Cancel => Position::Unknown,
            Self::Server(b'Z') => Position::Clear,
            _ => Position::Type,
        }
    }
}

impl Position {
    /// Returns the position after `byte`, and `true` if `byte` is recorded unmasked. Returns `None` if `byte`
    /// makes a length invalid.
    ///
    /// Works within a length, within a body, and at [`Clear`](Self::Clear). Returns `None` at other positions.
    pub(super) fn next(self, byte: u8) -> Option<(Self, bool)> {
        match self {
            Self::Length(message, length) => {
                let length =
                    length.push(byte).filter(|length| length.can_be_at_most(message.max_length()))?;
                let next = match length.complete() {
                    None => Self::Length(message, length),
                    Some(length) => message.after_length(length)?,
                };
                Some((next, true))
            }
            Self::Body { message, shown, left } => {
                Some((message.in_body(shown.saturating_sub(1), left - 1), shown > 0))
            }
            Self::Clear => Some((self, true)),
            Self::Type | Self::Code(..) | Self::Unknown => None,
        }
    }
}
