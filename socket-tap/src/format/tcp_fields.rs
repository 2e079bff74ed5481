//! Serde types for the objects of an event that describe TCP: the sample of `TCP_INFO`, and the peer's SYN.

use serde::{Deserialize, Serialize};

use super::lines::is_zero;
use crate::close::{TcpSample, TcpState};
use crate::event::Syn;

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
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    rtt_var_us: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    min_rtt_us: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    cwnd: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    mss: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    pmtu: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    unacked: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    unsent: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    lost: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    reordered: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    delivered: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    segs_out: u32,
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    segs_in: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    bytes_acked: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    bytes_received: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    busy_us: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    rwnd_limited_us: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    sndbuf_limited_us: u64,
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

/// A wrapper of [`Syn`] that implements serde's traits, for the same reason.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SynField(#[serde(with = "SynFields")] pub(super) Syn);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Syn", rename = "Syn")]
struct SynFields {
    ttl: u8,
    window: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mss: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_scale: Option<u8>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sack_permitted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tsval: Option<u32>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_zero_u32(number: &u32) -> bool {
    *number == 0
}
