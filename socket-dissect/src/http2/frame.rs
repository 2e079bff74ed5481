//! The header of an HTTP/2 frame: RFC 9113, section 4.1.

/// Number of bytes of a frame header.
pub(super) const HEAD: usize = 9;

/// Maximum payload length of a frame, unless the receiver allows more (RFC 9113, section 4.2).
pub(super) const MAX_LENGTH: u32 = 16_384;

/// The header of an HTTP/2 frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Number of payload bytes after the header.
    pub(super) length: u32,
    pub(super) kind: Kind,
    pub(super) flags: Flags,
    /// Id of the stream, or 0 for frames of the connection.
    pub(super) stream: u32,
}

/// Type of an HTTP/2 frame: RFC 9113, section 6, and the IANA registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Data,
    Headers,
    Priority,
    RstStream,
    Settings,
    PushPromise,
    Ping,
    Goaway,
    WindowUpdate,
    Continuation,
    AltSvc,
    Origin,
    PriorityUpdate,
    Other,
}

impl Kind {
    fn of(byte: u8) -> Self {
        match byte {
            0x0 => Self::Data,
            0x1 => Self::Headers,
            0x2 => Self::Priority,
            0x3 => Self::RstStream,
            0x4 => Self::Settings,
            0x5 => Self::PushPromise,
            0x6 => Self::Ping,
            0x7 => Self::Goaway,
            0x8 => Self::WindowUpdate,
            0x9 => Self::Continuation,
            0xa => Self::AltSvc,
            0xc => Self::Origin,
            0x10 => Self::PriorityUpdate,
            _ => Self::Other,
        }
    }

    /// Returns `true` if a frame of this type can have a stream id other than 0. Frames of unknown types can.
    pub(super) fn is_of_stream(self) -> bool {
        !matches!(
            self,
            Self::Settings | Self::Ping | Self::Goaway | Self::AltSvc | Self::Origin | Self::PriorityUpdate
        )
    }

    /// Returns `true` if a frame of this type must be on stream 0.
    pub(super) fn is_of_connection(self) -> bool {
        !self.is_of_stream() && self != Self::AltSvc
    }

    /// Returns `true` if a frame of this type must be on a stream other than 0.
    pub(super) fn needs_stream(self) -> bool {
        self.is_of_stream() && !matches!(self, Self::WindowUpdate | Self::Other)
    }

    /// Returns the name of the frame type as its RFC writes it, such as `RST_STREAM`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Headers => "HEADERS",
            Self::Priority => "PRIORITY",
            Self::RstStream => "RST_STREAM",
            Self::Settings => "SETTINGS",
            Self::PushPromise => "PUSH_PROMISE",
            Self::Ping => "PING",
            Self::Goaway => "GOAWAY",
            Self::WindowUpdate => "WINDOW_UPDATE",
            Self::Continuation => "CONTINUATION",
            Self::AltSvc => "ALTSVC",
            Self::Origin => "ORIGIN",
            Self::PriorityUpdate => "PRIORITY_UPDATE",
            Self::Other => "unknown frame",
        }
    }
}

/// The flags of a frame. The meaning of a bit depends on the type of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// Returns the ACK flag of a SETTINGS or PING frame.
    pub(super) fn ack(self) -> bool {
        self.0 & 0x1 > 0
    }

    /// Returns the END_STREAM flag of a DATA or HEADERS frame.
    pub(super) fn end_stream(self) -> bool {
        self.0 & 0x1 > 0
    }

    /// Returns the END_HEADERS flag of a HEADERS, PUSH_PROMISE or CONTINUATION frame.
    pub(super) fn end_headers(self) -> bool {
        self.0 & 0x4 > 0
    }

    /// Returns the PADDED flag of a DATA, HEADERS or PUSH_PROMISE frame.
    pub(super) fn padded(self) -> bool {
        self.0 & 0x8 > 0
    }

    /// Returns the PRIORITY flag of a HEADERS frame.
    pub(super) fn priority(self) -> bool {
        self.0 & 0x20 > 0
    }
}

impl FrameHead {
    /// Parses a frame header.
    pub(super) fn parse([a, b, c, kind, flags, w, x, y, z]: [u8; HEAD]) -> Self {
        Self {
            length: u32::from_be_bytes([0, a, b, c]),
            kind: Kind::of(kind),
            flags: Flags(flags),
            // The first bit is reserved.
            stream: u32::from_be_bytes([w & 0x7f, x, y, z]),
        }
    }

    /// Returns `true` if the bytes parsed as this header probably are a frame header: the type is known, and
    /// the length and the stream id are valid for the type.
    pub(super) fn is_likely(&self) -> bool {
        let length = match self.kind {
            Kind::Settings => self.length.is_multiple_of(6) && (self.length == 0 || !self.flags.ack()),
            Kind::Ping => self.length == 8,
            Kind::WindowUpdate | Kind::RstStream => self.length == 4,
            Kind::Priority => self.length == 5,
            Kind::Goaway => self.length >= 8,
            Kind::Data | Kind::Headers | Kind::PushPromise | Kind::Continuation => true,
            Kind::AltSvc | Kind::Origin | Kind::PriorityUpdate | Kind::Other => false,
        };
        let stream = match self.kind {
            Kind::WindowUpdate => true,
            kind => kind.is_of_stream() == (self.stream > 0),
        };
        length && stream && self.length <= MAX_LENGTH
    }

    /// Returns `true` if this can be the header of an endpoint's first SETTINGS frame. Its length must be a
    /// multiple of 6, the length of a setting, and the ACK flag must not be set.
    pub(super) fn is_initial_settings(&self) -> bool {
        self.kind == Kind::Settings && self.stream == 0 && !self.flags.ack() && self.length.is_multiple_of(6)
    }

    /// Returns the number of payload bytes before the frame's content: the padding length, the priority and
    /// the promised stream id, as far as the frame has these fields.
    pub(super) fn prefix(&self) -> u32 {
        let padded = |kind| u32::from(self.flags.padded() && kind);
        match self.kind {
            Kind::Data => padded(true),
            Kind::Headers => padded(true) + if self.flags.priority() { 5 } else { 0 },
            Kind::PushPromise => padded(true) + 4,
            _ => 0,
        }
    }
}

/// Returns the name of an HTTP/2 error code (RFC 9113, section 7).
pub(super) fn error_name(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    let name = usize::try_from(code).ok().and_then(|code| NAMES.get(code));
    name.map_or_else(|| format!("error {code:#x}"), |name| (*name).to_owned())
}
