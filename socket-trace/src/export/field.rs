//! The fields of events in the trace format.

use socket_tap::event::{Addr, TcpFlags};

/// Value of a field of an event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Number(u64),
    Integer(i64),
    Flag(bool),
    Text(&'a str),
    Address(&'a Addr),
    Payload(&'a [u8]),
    TcpFlags(TcpFlags),
    Pair(u32, u32),
    Pairs(&'a [(u32, u32)]),
}

/// Declares the enum `Field`, which has a variant for each field of an event, and the names of the fields.
/// Omits `t`, `sock` and `op`, which exporters write separately.
macro_rules! fields {
    ($($field:ident $name:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field { $($field,)* }

        /// Names of the fields in the trace format, such as `ended_by`, in the order of the variants of
        /// `Field`.
        pub(super) const NAMES: &[&str] = &[$($name,)*];
        pub(super) const ALL: [Field; NAMES.len()] = [$(Field::$field,)*];
    };
}

// In the order of the trace format; fields added later are last.
fields! {
    On "on",
    Fd "fd",
    Domain "domain",
    Type "type",
    Name "name",
    Value "value",
    Local "local",
    Peer "peer",
    Backlog "backlog",
    Bytes "bytes",
    Slices "slices",
    Eof "eof",
    Truncated "truncated",
    Length "length",
    Data "data",
    How "how",
    EndedBy "ended_by",
    Aborted "aborted",
    Rx "rx",
    Tx "tx",
    Reads "reads",
    Writes "writes",
    Others "others",
    Connections "connections",
    Payloads "payloads",
    TcpState "tcp_state",
    TcpRttUs "tcp_rtt_us",
    TcpRetransmits "tcp_retransmits",
    TcpUnread "tcp_unread",
    Label "label",
    Error "error",
    Errno "errno",
    Began "began",
    From "from",
    To "to",
    Protocol "protocol",
    Flags "flags",
    Seq "seq",
    Ack "ack",
    Window "window",
    Mss "mss",
    WindowScale "window_scale",
    SackPermitted "sack_permitted",
    Sack "sack",
    Timestamps "timestamps",
    Fate "fate",
    Reason "reason",
    Arrived "arrived",
    Retransmission "retransmission",
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}
