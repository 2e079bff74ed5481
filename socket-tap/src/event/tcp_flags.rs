//! The flags of a TCP header.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

/// The flags of a TCP header: a set of control bits (RFC 9293, section 3.1).
///
/// ```
/// use socket_tap::event::TcpFlags;
///
/// let flags = TcpFlags::SYN | TcpFlags::ACK;
/// assert!(flags.contains(TcpFlags::SYN) && !flags.contains(TcpFlags::FIN));
/// assert_eq!(flags.to_string(), "SYN ACK");
/// assert_eq!("SYN ACK".parse(), Ok(flags));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(u16);

impl TcpFlags {
    /// The sender has finished sending.
    pub const FIN: Self = Self(1);
    /// Synchronizes sequence numbers: opens the connection.
    pub const SYN: Self = Self(1 << 1);
    /// Resets the connection.
    pub const RST: Self = Self(1 << 2);
    /// The receiver should pass the data to its program at once.
    pub const PSH: Self = Self(1 << 3);
    /// The acknowledgment number is valid.
    pub const ACK: Self = Self(1 << 4);
    /// The urgent pointer is valid.
    pub const URG: Self = Self(1 << 5);
    /// The network has signalled congestion (RFC 3168).
    pub const ECE: Self = Self(1 << 6);
    /// The sender has reduced its congestion window (RFC 3168).
    pub const CWR: Self = Self(1 << 7);
    /// Accurate congestion signals (RFC 9768).
    pub const AE: Self = Self(1 << 8);

    const NAMES: [(Self, &'static str); 9] = [
        (Self::FIN, "FIN"),
        (Self::SYN, "SYN"),
        (Self::RST, "RST"),
        (Self::PSH, "PSH"),
        (Self::ACK, "ACK"),
        (Self::URG, "URG"),
        (Self::ECE, "ECE"),
        (Self::CWR, "CWR"),
        (Self::AE, "AE"),
    ];

    /// Creates flags from bits 4 to 15 of the header's 16 bits at offset 12, of which FIN is the lowest. The
    /// data offset and the reserved bits are ignored.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits & 0x1ff)
    }

    /// Returns the flags as in the header. FIN is the lowest bit.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Returns `true` if all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns `true` if no flag is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for TcpFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for TcpFlags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Display for TcpFlags {
    /// Formats the names of the flags, from the lowest bit to the highest, separated by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            Self::NAMES.iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, name)| *name).collect();
        f.pad(&names.join(" "))
    }
}

/// The error for a text that is not a list of TCP flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFlag(String);

impl fmt::Display for UnknownFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown TCP flag {:?}; known are FIN, SYN, RST, PSH, ACK, URG, ECE, CWR and AE", self.0)
    }
}

impl std::error::Error for UnknownFlag {}

impl FromStr for TcpFlags {
    type Err = UnknownFlag;

    /// Parses names of flags that are separated by spaces, in any order.
    fn from_str(text: &str) -> Result<Self, UnknownFlag> {
        let mut flags = Self::default();
        for word in text.split_ascii_whitespace() {
            let known = Self::NAMES.iter().find(|(_, name)| *name == word);
            flags |= known.ok_or_else(|| UnknownFlag(word.to_owned()))?.0;
        }
        Ok(flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_formatting_and_parsing() {
        for bits in 0..1 << 9 {
            let flags = TcpFlags::from_bits(bits);
            assert_eq!(flags.to_string().parse(), Ok(flags));
            assert_eq!(flags.bits(), bits);
        }
    }

    #[test]
    fn data_offset_and_reserved_bits_are_ignored() {
        assert_eq!(TcpFlags::from_bits(0xae12), TcpFlags::SYN | TcpFlags::ACK);
    }

    #[test]
    fn unknown_flag_is_an_error() {
        assert_eq!("SYN XYZ".parse::<TcpFlags>(), Err(UnknownFlag("XYZ".to_owned())));
    }
}
