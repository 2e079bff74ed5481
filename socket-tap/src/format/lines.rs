//! Serde types for the header and the end line of a trace. They mirror the public types, which do not depend
//! on serde.

use serde::{Deserialize, Serialize};

use super::{Clock, End, Header, Side};
use crate::close::EndedBy;

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
    #[serde(default, with = "ClockWord", skip_serializing_if = "is_monotonic")]
    clock: Clock,
    monotonic_ns: u64,
    capture: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    part: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    since: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recorder: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Side", rename = "Side", rename_all = "lowercase")]
enum SideWord {
    Server,
    Client,
    Wire,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Clock", rename = "Clock", rename_all = "lowercase")]
enum ClockWord {
    Monotonic,
    Realtime,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_monotonic(clock: &Clock) -> bool {
    *clock == Clock::Monotonic
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to skip_serializing_if")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
