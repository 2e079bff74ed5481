//! The packets without a type byte with which a PostgreSQL client begins a connection.

use super::super::text::short_bytes;
use super::fields::Fields;

/// Number of bytes of a packet header: length and code.
pub(super) const HEADER: usize = 8;

/// Maximum length of a packet that a server accepts.
const MAX_LENGTH: u32 = 10_000;

/// Major version of the protocol: the upper 16 bits of the code in a `StartupMessage`.
const MAJOR_VERSION: u16 = 3;
/// Maximum minor version of the protocol: the lower 16 bits of the code in a `StartupMessage`. Packets of
/// other types have a greater number in these bits, such as 5679 in an `SSLRequest`.
const MAX_MINOR_VERSION: u16 = 99;

const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSSENC_REQUEST: u32 = 80_877_104;

/// Type of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    StartupMessage,
    CancelRequest,
    SslRequest,
    GssencRequest,
}

impl Packet {
    /// Parses a packet header. Returns the type of the packet and the number of bytes after the header.
    /// `None` if the header is invalid.
    pub(super) fn parse(header: [u8; HEADER]) -> Option<(Self, u64)> {
        let [a, b, c, d, code @ ..] = header;
        let length = u32::from_be_bytes([a, b, c, d]);
        let body = u64::from(length).checked_sub(HEADER as u64).filter(|_| length <= MAX_LENGTH)?;
        let packet = match u32::from_be_bytes(code) {
            CANCEL_REQUEST => Self::CancelRequest,
            SSL_REQUEST => Self::SslRequest,
            GSSENC_REQUEST => Self::GssencRequest,
            code if is_version(code) => Self::StartupMessage,
            _ => return None,
        };
        Some((packet, body))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::StartupMessage => "StartupMessage",
            Self::CancelRequest => "CancelRequest",
            Self::SslRequest => "SSLRequest",
            Self::GssencRequest => "GSSENCRequest",
        }
    }

    /// Returns the text of a packet. The secret of a `CancelRequest` is omitted.
    pub(super) fn text(self, body: &[u8]) -> String {
        match self {
            Self::StartupMessage => parameters(body),
            Self::CancelRequest => process(&mut Fields::new(body)),
            Self::SslRequest | Self::GssencRequest => String::new(),
        }
    }
}

/// Returns `true` if a packet may begin with the bytes.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    match bytes.first_chunk::<HEADER>() {
        Some(header) => Packet::parse(*header).is_some(),
        None => {
            let (length, code) = bytes.split_at(bytes.len().min(4));
            let in_range = length
                .first_chunk()
                .is_none_or(|length| (8..=MAX_LENGTH).contains(&u32::from_be_bytes(*length)));
            let version = (u32::from(MAJOR_VERSION) << 16).to_be_bytes();
            // The codes of all requests begin with the same three bytes.
            let is_code = [version, SSL_REQUEST.to_be_bytes()].iter().any(|known| known.starts_with(code));
            length.iter().zip([0, 0]).all(|(byte, zero)| *byte == zero) && in_range && is_code
        }
    }
}

fn is_version(code: u32) -> bool {
    let [high, low, minor @ ..] = code.to_be_bytes();
    u16::from_be_bytes([high, low]) == MAJOR_VERSION && u16::from_be_bytes(minor) <= MAX_MINOR_VERSION
}

/// Returns the parameters that identify a client: `user app, database shop, application_name rest-server`.
fn parameters(body: &[u8]) -> String {
    const SHOWN: [&[u8]; 4] = [b"user", b"database", b"application_name", b"replication"];
    let mut fields = Fields::new(body);
    let mut shown = Vec::new();
    while let (Some(name), Some(value)) = (fields.string(), fields.string()) {
        if SHOWN.contains(&name) && shown.len() < SHOWN.len() {
            shown.push(format!("{} {}", short_bytes(name, false), short_bytes(value, false)));
        }
    }
    shown.join(", ")
}

/// Returns the process id in a `BackendKeyData` or `CancelRequest` as text, without the secret after the id.
pub(super) fn process(fields: &mut Fields<'_>) -> String {
    fields.int32().map(|process| format!("process {process}")).unwrap_or_default()
}
