//! Validates the directives of `__typename`, which async-graphql ignores.
//!
//! async-graphql accepts unknown directives on this field, and reports a variable as unused if only these
//! directives use it. So this module moves the directives to an inline fragment around the field, where they
//! have the same effect and are validated.

use std::mem;

use async_graphql::Positioned;
use async_graphql::parser::types::{Selection, SelectionSet};

use super::collect::inline_fragment;

/// Moves the directives of each `__typename` to an inline fragment around the field.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
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
