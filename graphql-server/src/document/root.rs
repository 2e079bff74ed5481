//! What an operation selects at its root.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Positioned, ServerError};

use crate::fault::{code, request_error};

/// The keys in the answer of those root fields whose name passes.
///
/// Call it only for a document that was sized up: it fills in the fragments.
pub(super) fn keys(
    selected: &Positioned<SelectionSet>,
    document: &ExecutableDocument,
    passes: impl Fn(&str) -> bool + Copy,
) -> Vec<String> {
    let within = |nested: &Positioned<SelectionSet>| keys(nested, document, passes);
    let of = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) if passes(&field.node.name.node) => {
            vec![field.node.response_key().node.to_string()]
        }
        Selection::Field(_) => Vec::new(),
        Selection::InlineFragment(inline) => within(&inline.node.selection_set),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node);
            fragment.map(|fragment| within(&fragment.node.selection_set)).unwrap_or_default()
        }
    };
    selected.node.items.iter().flat_map(of).collect()
}

/// A subscription selects exactly one field. The library would run several side by side, and run none at all for a
/// fragment: those are refused, so that nobody waits for changes that never come.
pub(super) fn check_subscription(selected: &Positioned<SelectionSet>) -> Result<(), ServerError> {
    match selected.node.items.as_slice() {
        [Positioned { node: Selection::Field(field), .. }]
            if field.node.directives.is_empty() && !field.node.name.node.starts_with("__") =>
        {
            Ok(())
        }
        _ => {
            let message = "a subscription selects exactly one field, without a fragment or a directive";
            Err(request_error(code::VALIDATION_FAILED, message, Some(selected.pos)))
        }
    }
}
