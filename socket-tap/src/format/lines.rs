//! Serde types for the header and the end line of a trace. They mirror the public types, which do not depend
//! on serde.

use serde::{Deserialize, Serialize};

use super::{End, Header, Side};
use crate::close::{EndedBy, TcpSample, TcpState};

#[derive(Deserialize)]
pub(super) struct VersionOnly {
    pub(super) socket_tap: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct HeaderLine(#[serde(with = "HeaderFields")] pub(super) Header);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Header", rename = "Header")]
struct HeaderFields {
    #[serde(rename = "socket_tap")]
    version: u32,
    name: String,
    #[serde(with = "SideWord")]
    side: Side,
    program: String,
    pid: u32,
    started: String,
    monotonic_ns: u64,
    capture: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    part: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    since: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Side", rename = "Side", rename_all = "lowercase")]
enum SideWord {
    Server,
    Client,
    Wire,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EndLine {
    pub(super) end: bool,
    #[serde(flatten, with = "EndFields")]
    pub(super) counts: End,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "End", rename = "End")]
struct EndFields {
    events: u64,
    lost: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    open: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    continued: bool,
}

/// A wrapper of [`EndedBy`] that implements serde's traits, so that a field can have the type
/// `Option<EndedByField>`: serde's attribute `with` alone does not work inside an `Option`.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct EndedByField(#[serde(with = "EndedByWord")] pub(super) EndedBy);

#[derive(Serialize, Deserialize)]
#[serde(remote = "EndedBy", rename = "EndedBy", rename_all = "lowercase")]
enum EndedByWord {
    Local,
    Peer,
    Reset,
    Error,
}

/// A wrapper of [`TcpSample`] that implements serde's traits, so that a field can have the type
/// `Option<TcpField>`: serde's attribute `with` alone does not work inside an `Option`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct TcpField(#[serde(with = "TcpFields")] pub(super) TcpSample);

#[derive(Serialize, Deserialize)]
#[serde(remote = "TcpSample", rename = "TcpSample")]
struct TcpFields {
    #[serde(with = "tcp_state")]
    state: TcpState,
    rtt_us: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    retransmits: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    unread: u32,
}

mod tcp_state {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::TcpState;

    pub(super) fn serialize<S: Serializer>(state: &TcpState, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(state.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TcpState, D::Error> {
        String::deserialize(deserializer).map(TcpState::from)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_zero_u32(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
