//! Whether the fields under one key can be one field (section 5.3.2 of the specification).
//!
//! The library compares only fields that stand side by side. Where one stands in a fragment, or within another field of
//! the same key, it would make one object of two books.

use std::collections::BTreeMap;

use async_graphql::parser::types::{ExecutableDocument, Field, SelectionSet};
use async_graphql::{Positioned, ServerError};

use super::flatten::flattened;
use crate::errors::{code, request_error};

/// Call it only for a document that was sized up: it fills in the fragments.
pub(super) fn check(selected: &SelectionSet, document: &ExecutableDocument) -> Result<(), ServerError> {
    check_together(&[selected], document)
}

/// The same for sets that are selected of one object.
fn check_together(sets: &[&SelectionSet], document: &ExecutableDocument) -> Result<(), ServerError> {
    let mut keys: BTreeMap<&str, Vec<&Positioned<Field>>> = BTreeMap::new();
    for field in sets.iter().flat_map(|set| flattened(set, document)) {
        let key = field.node.response_key().node.as_str();
        let fields = keys.entry(key).or_default();
        // Of a fragment that is used again: compared once, so that the work is bounded by the text.
        if fields.iter().any(|known| std::ptr::eq(*known, field)) {
            continue;
        }
        if fields.first().is_some_and(|first| !is_same(&first.node, &field.node)) {
            let message = format!(
                "{key:?} is selected twice, with different fields or arguments: give each an alias of its own"
            );
            return Err(request_error(code::VALIDATION_FAILED, message, Some(field.pos)));
        }
        fields.push(field);
    }
    keys.values().try_for_each(|fields| {
        let within: Vec<_> = fields.iter().map(|field| &field.node.selection_set.node).collect();
        check_together(&within, document)
    })
}

fn is_same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| other.get_argument(&name.node) == Some(value))
}
