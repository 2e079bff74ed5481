//! Serializes foreign types that do not implement `Serialize`.

use serde::Serializer;
use socket_tap::format::Side;

/// Serializes a side as its name, `client` or `server`, as in trace files.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
pub(crate) fn side<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(side.name())
}
