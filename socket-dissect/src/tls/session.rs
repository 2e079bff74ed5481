//! The TLS version and cipher suite that the server has chosen.

/// Version number of TLS 1.3.
pub(super) const TLS_1_3: u16 = 0x0304;

/// Version number of TLS 1.2.
pub(super) const TLS_1_2: u16 = 0x0303;

/// The TLS version and cipher suite that the server has chosen, for the records of both directions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Session {
    pub(super) version: Option<u16>,
    pub(super) cipher_suite: Option<u16>,
}

/// Number of bytes that TLS encryption adds to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Number of bytes added before the encrypted data.
    pub before: u64,
    /// Number of bytes added after the encrypted data.
    pub after: u64,
}

impl Session {
    /// Returns the number of bytes that encryption adds to a record without padding. In TLS 1.3 these are the
    /// tag of the AEAD (RFC 5116) and the inner content type. In TLS 1.2 they are the tag and, with AES-GCM,
    /// the explicit nonce (RFC 5288). `None` if the cipher suite is unknown or the number varies.
    pub(super) fn expansion(self) -> Option<Expansion> {
        let (before, after) = match (self.version?, self.cipher_suite?) {
            (TLS_1_3, 0x1305) => (0, 8 + 1),
            (TLS_1_3, 0x1301..=0x1304) => (0, 16 + 1),
            (TLS_1_2, 0xc02b | 0xc02c | 0xc02f | 0xc030) => (8, 16),
            (TLS_1_2, 0xcca8 | 0xcca9) => (0, 16),
            _ => return None,
        };
        Some(Expansion { before, after })
    }
}
