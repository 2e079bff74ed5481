//! The root fields of an operation.

use async_graphql::Name;
use async_graphql::parser::types::SelectionSet;

use super::Fragments;
use super::flatten::flatten;
use super::roots::RootType;

/// A root field of an operation.
#[derive(Debug)]
pub(crate) struct RootField {
    /// Response key.
    pub(crate) key: Name,
    /// `true` if an error makes this field null, `false` if it makes the whole `data` null.
    pub(crate) nullable: bool,
}

/// Returns the root fields in the order of the response.
///
/// Recursive: the document must have passed [`size::check`](super::size::check).
pub(super) fn fields(selected: &SelectionSet, fragments: &Fragments, root: &RootType) -> Vec<RootField> {
    let mut fields = Vec::with_capacity(selected.items.len());
    flatten(selected, fragments, &mut fields);
    fields
        .into_iter()
        .map(|field| RootField {
            key: field.node.response_key().node.clone(),
            nullable: root.is_nullable(&field.node.name.node),
        })
        .collect()
}
