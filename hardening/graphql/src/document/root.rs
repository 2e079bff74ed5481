//! Lists the root fields of an operation. The engine needs the list to propagate nulls in the response, and
//! to sort the fields of the response.

use async_graphql::Name;
use async_graphql::parser::types::SelectionSet;

use super::Fragments;
use super::flatten::flatten;
use super::roots::RootType;

/// A root field of an operation.
#[derive(Debug)]
pub(crate) struct RootField {
    /// Response key: the alias or, without one, the name.
    pub(crate) key: Name,
    /// `true` if an error in the field sets it to null, `false` if it sets the whole `data` to null.
    pub(crate) nullable: bool,
}

/// Returns the root fields in the order in which the response lists them.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
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
