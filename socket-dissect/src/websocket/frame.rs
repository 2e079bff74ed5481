//! The header of a WebSocket frame: RFC 6455, section 5.2.

/// The header of a WebSocket frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// `true` for the last frame of a message.
    pub(super) is_final: bool,
    /// `true` if the message is compressed (RFC 7692).
    pub(super) is_compressed: bool,
    pub(super) code: OpCode,
    /// `true` if one of the other two reserved bits is set.
    pub(super) has_reserved_bits: bool,
    pub(super) is_masked: bool,
    /// `true` if the length has no more bytes than necessary.
    pub(super) is_shortest: bool,
    /// The masking key of the payload; zero for frames of a server.
    pub(super) mask: [u8; 4],
    /// Number of payload bytes.
    pub(super) length: u64,
}

impl FrameHead {
    /// Unmasks at most `max` bytes of `masked`. In the payload, `masked` starts at offset `before`.
    pub(super) fn unmasked(&self, masked: &[u8], before: u64, max: usize) -> Vec<u8> {
        let mask = self.mask.iter().cycle().skip((before % 4) as usize);
        masked.iter().take(max).zip(mask).map(|(byte, mask)| byte ^ mask).collect()
    }
}

/// Opcode of a WebSocket frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpCode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
    /// A reserved opcode. No message consists of such frames, so it is read like a control frame.
    Other,
}

impl OpCode {
    fn of(code: u8) -> Self {
        match code {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => Self::Other,
        }
    }

    /// Returns `true` for control frames, which may arrive between the frames of a message.
    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong | Self::Other)
    }

    /// Returns the name that the output uses for frames with this opcode.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Continuation => "continuation frame",
            Self::Text => "text frame",
            Self::Binary => "binary frame",
            Self::Close => "close frame",
            Self::Ping => "ping frame",
            Self::Pong => "pong frame",
            Self::Other => "unknown frame",
        }
    }
}

/// Outcome of parsing the header of a WebSocket frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// The bytes contain the complete header.
    Complete(FrameHead),
    /// The bytes end inside the header. At least this number of bytes is necessary to parse it.
    Incomplete(usize),
    /// The bytes are not a valid header.
    Invalid,
}

/// Parses a frame header.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let [first, second, rest @ ..] = bytes else { return Parsed::Incomplete(2) };
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let masked = second & 0x80 > 0;
    let needed = extended + if masked { 4 } else { 0 };
    let Some((length, mask)) = rest.split_at_checked(extended).filter(|_| rest.len() >= needed) else {
        return Parsed::Incomplete(2 + needed);
    };
    let (length, is_shortest) = match length {
        [] => (u64::from(second & 0x7f), true),
        bytes => {
            let length = bytes.iter().fold(0, |length, byte| length << 8 | u64::from(*byte));
            (length, length > if extended == 2 { 125 } else { 0xffff })
        }
    };
    let head = FrameHead {
        is_final: first & 0x80 > 0,
        is_compressed: first & 0x40 > 0,
        has_reserved_bits: first & 0x30 > 0,
        code: OpCode::of(first & 0xf),
        is_masked: masked,
        is_shortest,
        mask: mask.first_chunk().copied().unwrap_or_default(),
        length,
    };
    // The highest bit of a length is zero. Where two rules are broken at once, the bytes are of another protocol.
    let is_broken = head.code == OpCode::Other || head.code.is_control() && (length > 125 || !head.is_final);
    let is_invalid = length > u64::MAX >> 1 || head.has_reserved_bits && is_broken;
    if is_invalid { Parsed::Invalid } else { Parsed::Complete(head) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn websocket_frame_headers_have_three_length_formats() {
        let whole = |bytes: &[u8]| match parse(bytes) {
            Parsed::Complete(head) => (head.length, head.mask, head.is_final),
            other => panic!("{other:?}"),
        };
        assert_eq!(whole(&[0x81, 5]), (5, [0; 4], true));
        assert_eq!(whole(&[0x01, 126, 1, 0]), (256, [0; 4], false));
        assert_eq!(whole(&[0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 9, 8, 7, 6]), (65536, [9, 8, 7, 6], true));
        assert_eq!(parse(&[0x82]), Parsed::Incomplete(2));
        assert_eq!(parse(&[0x82, 0xff]), Parsed::Incomplete(14));
        assert_eq!(parse(&[0x82, 0x85, 1, 2, 3]), Parsed::Incomplete(6));
        for invalid in [&[0xb3, 0][..], &[0x68, 0], &[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(parse(invalid), Parsed::Invalid, "{invalid:x?}");
        }
    }
}
