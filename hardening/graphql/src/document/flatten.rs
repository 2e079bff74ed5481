//! Lists the fields of a selection set, including those in fragments.

use async_graphql::Positioned;
use async_graphql::parser::types::{Field, Selection, SelectionSet};

use super::fragments::Fragments;

/// Appends the fields of `selected` and of its fragments to `fields`.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
pub(super) fn flatten<'a>(
    selected: &'a SelectionSet,
    fragments: &'a Fragments,
    fields: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &selected.items {
        match &selection.node {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => flatten(&inline.node.selection_set.node, fragments, fields),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    flatten(&fragment.node.selection_set.node, fragments, fields);
                }
            }
        }
    }
}
