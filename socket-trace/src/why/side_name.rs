//! Serializes a side of a connection by its name, `client` or `server`.

use serde::{Serialize as _, Serializer};
use socket_tap::format::Side;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
pub(super) fn serialize<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(side.name())
}

/// Serializes a side that may be unknown.
pub(super) mod optional {
    use super::*;

    #[expect(clippy::ref_option, reason = "serde requires this signature")]
    pub(in super::super) fn serialize<S: Serializer>(
        side: &Option<Side>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        side.map(Side::name).serialize(serializer)
    }
}
