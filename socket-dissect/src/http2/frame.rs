//! The head of a frame: RFC 9113, section 4.1.

/// How many bytes it has.
pub(super) const HEAD: usize = 9;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    /// Bytes after the head.
    pub(super) length: u32,
    pub(super) kind: Kind,
    pub(super) flags: Flags,
    /// 0 for the connection.
    pub(super) stream: u32,
}

/// What a frame is: section 6, and the registry of IANA.
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

    /// Whether it may belong to a stream. Unknown ones do when they name one.
    pub(super) fn is_of_stream(self) -> bool {
        !matches!(
            self,
            Self::Settings | Self::Ping | Self::Goaway | Self::AltSvc | Self::Origin | Self::PriorityUpdate
        )
    }

    /// As the standards write it.
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

/// The flags of a frame; what a bit means depends on the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// Of SETTINGS and PING.
    pub(super) fn ack(self) -> bool {
        self.0 & 0x1 > 0
    }

    /// Of DATA and HEADERS.
    pub(super) fn end_stream(self) -> bool {
        self.0 & 0x1 > 0
    }

    /// Of HEADERS, PUSH_PROMISE and CONTINUATION.
    pub(super) fn end_headers(self) -> bool {
        self.0 & 0x4 > 0
    }

    /// Of DATA, HEADERS and PUSH_PROMISE.
    pub(super) fn padded(self) -> bool {
        self.0 & 0x8 > 0
    }

    /// Of HEADERS.
    pub(super) fn priority(self) -> bool {
        self.0 & 0x20 > 0
    }
}

impl FrameHead {
    pub(super) fn parse([a, b, c, kind, flags, w, x, y, z]: [u8; HEAD]) -> Self {
        Self {
            length: u32::from_be_bytes([0, a, b, c]),
            kind: Kind::of(kind),
            flags: Flags(flags),
            // The first bit is reserved.
            stream: u32::from_be_bytes([w & 0x7f, x, y, z]),
        }
    }

    /// Whether it looks like one that an endpoint sends: of a known kind, with a length and a stream that it may have.
    pub(super) fn is_likely(&self) -> bool {
        /// Before anyone asks for more (section 4.2).
        const MAX_LENGTH: u32 = 16_384;
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

    /// How many bytes of the payload come before its content: the length of the padding, a priority, a promised stream.
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

/// An error code: section 7.
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
