//! The header of a TLS record: RFC 8446, section 5.1.

/// Number of bytes in the header of a TLS record: type, legacy version, length.
pub const RECORD_HEADER: u64 = HEADER as u64;

/// [`RECORD_HEADER`] as an array length.
pub(super) const HEADER: usize = 5;

/// Maximum number of bytes after a record header: 2^14 bytes of plaintext and 2048 bytes added by encryption
/// (RFC 5246, section 6.2.3; TLS 1.3 allows only 256 bytes).
const MAX_FRAGMENT: u16 = (1 << 14) + 2048;

/// Content type of a TLS record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentType {
    ChangeCipherSpec,
    Alert,
    Handshake,
    ApplicationData,
    /// Heartbeat: RFC 6520.
    Heartbeat,
}

impl ContentType {
    const ALL: [Self; 5] =
        [Self::ChangeCipherSpec, Self::Alert, Self::Handshake, Self::ApplicationData, Self::Heartbeat];

    pub(super) fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            20 => Self::ChangeCipherSpec,
            21 => Self::Alert,
            22 => Self::Handshake,
            23 => Self::ApplicationData,
            24 => Self::Heartbeat,
            _ => return None,
        })
    }

    /// Returns the name that the output uses for records of this type.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ChangeCipherSpec => "change_cipher_spec",
            Self::Alert => "alert",
            Self::Handshake => "handshake",
            Self::ApplicationData => "application_data",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// The header of a TLS record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: ContentType,
    /// Number of bytes that follow the header.
    pub(super) length: u16,
}

impl Header {
    /// Parses a record header. `None` if the type, version or length is invalid.
    pub(super) fn parse(bytes: [u8; HEADER]) -> Option<Self> {
        let [kind, _, _, high, low] = bytes;
        let kind = ContentType::of(kind).filter(|_| may_begin(&bytes))?;
        Some(Self { kind, length: u16::from_be_bytes([high, low]) })
    }
}

/// Returns `true` if the bytes can be the beginning of a record: the type is known, the version is SSL 3.0 or
/// later, and the length is valid. Only a record of the type `application_data` may be empty.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let kind = bytes.first().map(|kind| ContentType::of(*kind));
    let length = match bytes {
        [_, _, _, high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    };
    let shortest = u16::from(kind != Some(Some(ContentType::ApplicationData)));
    kind != Some(None)
        && bytes.get(1).is_none_or(|major| *major == 3)
        && bytes.get(2).is_none_or(|minor| *minor <= 4)
        && length.is_none_or(|length| (shortest..=MAX_FRAGMENT).contains(&length))
}

/// Returns `true` if `name` is the name of a record type, and `false` if it is the name of a handshake
/// message.
pub(in super::super) fn is_record_name(name: &str) -> bool {
    ContentType::ALL.iter().any(|kind| kind.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_record_header_has_type_and_length() {
        let header = Header::parse([23, 3, 3, 0x41, 0]);
        assert_eq!(header, Some(Header { kind: ContentType::ApplicationData, length: 0x4100 }));
    }

    #[test]
    fn invalid_type_version_or_length_is_refused() {
        for bytes in
            [[19, 3, 3, 0, 1], [25, 3, 3, 0, 1], [22, 2, 0, 0, 1], [22, 3, 5, 0, 1], [22, 3, 3, 0, 0]]
        {
            assert_eq!(Header::parse(bytes), None, "{bytes:x?}");
        }
        assert_eq!(Header::parse([23, 3, 3, 0x48, 1]), None);
        assert!(Header::parse([23, 3, 3, 0x48, 0]).is_some() && Header::parse([23, 3, 3, 0, 0]).is_some());
    }

    #[test]
    fn partial_tls_record_header_is_recognized() {
        for length in 0..=7 {
            assert!(may_begin(&b"\x16\x03\x01\x02\x00\x01\x00"[..length]), "{length}");
        }
        assert!(!may_begin(b"G") && !may_begin(b"\x16\x04") && !may_begin(b"\x16\x03\x09"));
    }
}
