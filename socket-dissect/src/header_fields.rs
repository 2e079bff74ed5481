//! The header fields of a message.

use std::ops::Deref;
use std::slice::Iter;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The header fields of a message: names and values, in the order in which they were sent.
///
/// Dereferences to a slice of pairs. A clone shares the memory, because the same head is often sent again.
///
/// ```
/// use socket_dissect::HeaderFields;
///
/// let fields: HeaderFields = [("Host".to_owned(), "a".to_owned())].into_iter().collect();
/// assert_eq!(fields[0].1, "a");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderFields(
    /// `None` if there are no fields, so that most heads need no reference count. That of an empty `Arc` may be shared by all
    /// threads.
    Option<Arc<[(String, String)]>>,
);

impl Deref for HeaderFields {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'a> IntoIterator for &'a HeaderFields {
    type Item = &'a (String, String);
    type IntoIter = Iter<'a, (String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
        serializer.collect_seq(self)
    }
}
