//! Serialization of types that have no `Serialize`.

use serde::Serializer;
use socket_tap::format::Side;

/// Serializes a side by its name, as trace files do.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
pub(crate) fn side<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(side.name())
}
