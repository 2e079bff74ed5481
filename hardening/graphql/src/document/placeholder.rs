//! Objects that `@skip` and `@include` leave nothing of: `{}` in the answer.
//!
//! The library makes `null` of an object without fields, which reads as if there were no such object. So where they may
//! leave out all that a set selects, one more field is selected, under a key that no client can ask for, and its value is
//! taken out of the answer.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned, Value};

/// No name in GraphQL, so that no field or alias is the same.
const KEY: &str = "?";

/// Puts one into each set that may be left empty, and says whether there is any.
///
/// Call it only for a document that was sized up: it calls itself for each level.
pub(super) fn put_in(document: &mut ExecutableDocument) -> bool {
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(named) => named.values_mut().collect(),
    };
    let operations = operations.into_iter().map(|operation| &mut operation.node.selection_set);
    let fragments = document.fragments.values_mut().map(|fragment| &mut fragment.node.selection_set);
    operations.chain(fragments).map(fill).sum::<usize>() > 0
}

/// Says how many. A fragment that is not left out itself always has a field: its own set has got a placeholder if it
/// needs one.
fn fill(selected: &mut Positioned<SelectionSet>) -> usize {
    let items = &mut selected.node.items;
    let within = |selection: &mut Positioned<Selection>| match &mut selection.node {
        Selection::Field(field) => fill(&mut field.node.selection_set),
        Selection::InlineFragment(inline) => fill(&mut inline.node.selection_set),
        Selection::FragmentSpread(_) => 0,
    };
    let filled: usize = items.iter_mut().map(within).sum();
    if items.is_empty() || !items.iter().all(may_be_left_out) {
        return filled;
    }
    items.push(placeholder(selected.pos));
    filled + 1
}

fn may_be_left_out(selection: &Positioned<Selection>) -> bool {
    let directives = selection.node.directives();
    directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"))
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

/// Takes out of an answer what they came to.
pub(crate) fn take_out(data: &mut Value) {
    match data {
        Value::Object(fields) => {
            // The others keep their order.
            fields.shift_remove(KEY);
            fields.values_mut().for_each(take_out);
        }
        Value::List(elements) => elements.iter_mut().for_each(take_out),
        _ => {}
    }
}
