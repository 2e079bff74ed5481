//! Positive 32-bit integers: ids, revisions and counts.

use serde::Serialize;
use utoipa::ToSchema;

use crate::fields::{FromField, RawValue, integer};

/// A whole number from 1 to 4294967295, such as an id, a revision or a count.
//
// The schema is an `int64` with bounds because `int32` is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = i64, minimum = 1, maximum = 4294967295u32, example = 1)]
pub struct Positive(pub u32);

impl Positive {
    /// Parses the canonical decimal form. `01` and `+1` are not canonical.
    #[must_use]
    pub fn parse_canonical(text: &str) -> Option<Self> {
        let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| is_canonical).map(Self)
    }
}

impl FromField for Positive {
    fn from_field<V: RawValue>(value: V) -> Result<Self, String> {
        integer(value, 1..=u32::MAX.into()).map(Self)
    }
}
