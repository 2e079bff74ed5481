//! Placeholders in objects that `@skip` and `@include` may leave empty.
//!
//! If all fields of an object are skipped, async-graphql returns `null`, as if the object did not exist. So
//! each selection set whose selections may all be skipped gets one more field: a placeholder, with a response
//! key that no client can choose. Removing it from the response leaves `{}`.

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned, Value};

/// Response key of a placeholder. Not a valid GraphQL name, so that no field or alias has it.
const KEY: &str = "?";

/// Adds a placeholder to each selection set that `@skip` and `@include` may leave empty. Returns `true` if it
/// adds any.
///
/// A selection set with a fragment that has neither directive needs no placeholder itself: if the selections
/// in the fragment may all be skipped, the fragment gets a placeholder.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
pub(super) fn insert(selected: &mut Positioned<SelectionSet>) -> bool {
    let pos = selected.pos;
    let items = &mut selected.node.items;
    let mut has_placeholder = false;
    let mut may_be_empty = !items.is_empty();
    for selection in &mut *items {
        may_be_empty &= may_be_skipped(&selection.node);
        has_placeholder |= match &mut selection.node {
            Selection::Field(field) => insert(&mut field.node.selection_set),
            Selection::InlineFragment(inline) => insert(&mut inline.node.selection_set),
            Selection::FragmentSpread(_) => false,
        };
    }
    if may_be_empty {
        items.push(placeholder(pos));
    }
    has_placeholder || may_be_empty
}

fn may_be_skipped(selection: &Selection) -> bool {
    let mut directives = selection.directives().iter();
    directives.any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"))
}

fn placeholder(pos: Pos) -> Positioned<Selection> {
    let field = Field {
        alias: Some(Positioned::new(Name::new(KEY), pos)),
        name: Positioned::new(Name::new("__typename"), pos),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet::default(), pos),
    };
    Positioned::new(Selection::Field(Positioned::new(field, pos)), pos)
}

/// Removes the placeholders from a response.
pub(crate) fn remove(data: &mut Value) {
    match data {
        Value::Object(fields) => {
            // Unlike `swap_remove`, keeps the order of the other fields.
            fields.shift_remove(KEY);
            fields.values_mut().for_each(remove);
        }
        Value::List(elements) => elements.iter_mut().for_each(remove),
        _ => {}
    }
}
