//! The fragments of a document.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

/// The fragment definitions of a document by their names.
pub(super) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Returns the names of the fragments that `selected` uses, directly or through other fragments.
pub(super) fn used_fragments(selected: &SelectionSet, fragments: &Fragments) -> HashSet<Name> {
    let mut used = HashSet::new();
    add_used_fragments(selected, fragments, &mut used);
    used
}

fn add_used_fragments(selected: &SelectionSet, fragments: &Fragments, used: &mut HashSet<Name>) {
    for selection in &selected.items {
        match &selection.node {
            Selection::Field(field) => {
                add_used_fragments(&field.node.selection_set.node, fragments, used);
            }
            Selection::InlineFragment(inline) => {
                add_used_fragments(&inline.node.selection_set.node, fragments, used);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = fragments.get(name)
                    && used.insert(name.clone())
                {
                    add_used_fragments(&fragment.node.selection_set.node, fragments, used);
                }
            }
        }
    }
}
