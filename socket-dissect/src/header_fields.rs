//! The header fields of a message.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// Names and values of header fields, in order. A copy shares them, because the same head is often sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderFields(Option<Arc<[(String, String)]>>);

impl HeaderFields {
    /// Returns `true` if there are no fields.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl Deref for HeaderFields {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for HeaderFields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(fields: I) -> Self {
        let fields: Vec<_> = fields.into_iter().collect();
        Self::from(fields)
    }
}

impl From<Vec<(String, String)>> for HeaderFields {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self((!fields.is_empty()).then(|| fields.into()))
    }
}

impl Serialize for HeaderFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
