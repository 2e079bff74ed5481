//! Directives of `__typename`.
//!
//! async-graphql does not validate this field: it considers a variable unused that only a directive of `__typename` uses,
//! and accepts unknown directives. Inside an inline fragment with the same directives, the field means the same and the
//! directives are validated.

use std::mem;

use async_graphql::Positioned;
use async_graphql::parser::types::{Selection, SelectionSet};

use super::collect::inline_fragment;

/// Puts each `__typename` with directives into an inline fragment with these directives.
///
/// Recursive: the document must have passed [`size::check`](super::size::check).
pub(super) fn move_directives(selected: &mut SelectionSet) {
    for selection in &mut selected.items {
        match &mut selection.node {
            Selection::Field(field)
                if !field.node.directives.is_empty() && field.node.name.node == "__typename" =>
            {
                wrap(selection);
            }
            Selection::Field(field) => move_directives(&mut field.node.selection_set.node),
            Selection::InlineFragment(inline) => move_directives(&mut inline.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn wrap(selection: &mut Positioned<Selection>) {
    let directives = mem::take(selection.node.directives_mut());
    *selection = inline_fragment(directives, selection.clone());
}
