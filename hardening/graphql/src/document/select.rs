//! Selects the operation that a request names.
//!
//! async-graphql computes the cost of every operation in a document, but always with the variables of the
//! selected operation. If another operation uses other variables, the request fails. So this crate passes
//! only the selected operation and its fragments to async-graphql.

use std::collections::HashSet;
use std::iter;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError};

use super::Fragments;
use crate::errors::{code, request_error};

/// Returns the operation named `name`, or the only operation if `name` is `None`, with the fragments that it
/// uses.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
pub(super) fn operation(
    document: ExecutableDocument,
    name: Option<String>,
) -> Result<(Positioned<OperationDefinition>, Fragments), ServerError> {
    let ExecutableDocument { operations, mut fragments } = document;
    let invalid = |message: String| Err(request_error(code::VALIDATION_FAILED, message, None));
    let unknown = |name: &str| invalid(format!("the query has no operation named {name:?}"));
    let operation = match (operations, name) {
        (DocumentOperations::Single(operation), None) => operation,
        (DocumentOperations::Single(_), Some(name)) => return unknown(&name),
        (DocumentOperations::Multiple(mut named), name) => {
            let is_only = named.len() == 1;
            let selected = match &name {
                Some(name) => named.remove(name.as_str()),
                None if is_only => named.into_values().next(),
                None => {
                    return invalid("the query has several operations: set operationName".to_owned());
                }
            };
            let Some(operation) = selected else { return unknown(&name.unwrap_or_default()) };
            if !is_only {
                let used = used_fragments(&operation.node.selection_set.node, &fragments);
                fragments.retain(|fragment, _| used.contains(fragment));
            }
            operation
        }
    };
    Ok((operation, fragments))
}

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

/// Iterates over the selection sets of `operation` and of each fragment, so that the caller can modify them.
pub(super) fn selection_sets_mut<'a>(
    operation: &'a mut OperationDefinition,
    fragments: &'a mut Fragments,
) -> impl Iterator<Item = &'a mut Positioned<SelectionSet>> {
    let fragments = fragments.values_mut().map(|fragment| &mut fragment.node.selection_set);
    iter::once(&mut operation.selection_set).chain(fragments)
}
