//! What a selection set selects, with its fragments filled in.

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

/// The fields that are selected there.
///
/// Call it only for a document that was sized up: it calls itself for each level.
pub(super) fn flattened<'a>(
    selected: &'a SelectionSet,
    document: &'a ExecutableDocument,
) -> Vec<&'a Positioned<Field>> {
    let of = |selection: &'a Positioned<Selection>| match &selection.node {
        Selection::Field(field) => vec![field],
        Selection::InlineFragment(inline) => flattened(&inline.node.selection_set.node, document),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node);
            fragment
                .map(|fragment| flattened(&fragment.node.selection_set.node, document))
                .unwrap_or_default()
        }
    };
    selected.items.iter().flat_map(of).collect()
}
