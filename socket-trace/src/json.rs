//! JSON of types that know nothing of it.

use serde::Serializer;
use socket_tap::format::Side;

/// Writes the side by its name, as in a trace.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
pub(crate) fn side<S: Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(side.name())
}
