//! Detects conflicts between fields with the same response key (section 5.3.2 of the GraphQL specification).
//!
//! async-graphql compares only fields of the same selection set. If one of two conflicting fields is in a
//! fragment, or inside another repeated field, async-graphql does not report the conflict, but merges the
//! results of both fields into one object.

use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::{Positioned, ServerError};

use super::flatten::flatten;
use super::fragments::Fragments;
use crate::errors::{code, request_error};

/// Fails if two fields with the same response key have different names or arguments.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting.
pub(super) fn check(selected: &SelectionSet, fragments: &Fragments) -> Result<(), ServerError> {
    let mut fields = Vec::with_capacity(selected.items.len());
    flatten(selected, fragments, &mut fields);
    check_fields(fields, fragments)
}

fn check_fields(mut fields: Vec<&Positioned<Field>>, fragments: &Fragments) -> Result<(), ServerError> {
    // A stable sort, so that an error points to the later of two fields.
    fields.sort_by(|one, other| key(one).cmp(key(other)));
    for same_key in fields.chunk_by(|one, other| key(one) == key(other)) {
        let mut within = Vec::new();
        let mut compared: Vec<&Positioned<Field>> = Vec::new();
        for &field in same_key {
            // A field in a repeated fragment is compared only once, so that the work is bounded by the length
            // of the text.
            if compared.iter().any(|known| std::ptr::eq(*known, field)) {
                continue;
            }
            if !is_same(&same_key[0].node, &field.node) {
                let key = key(field);
                let message =
                    format!("response key {key:?} stands for different fields or arguments: use an alias");
                return Err(request_error(code::VALIDATION_FAILED, message, Some(field.pos)));
            }
            if same_key.len() > 1 {
                compared.push(field);
            }
            flatten(&field.node.selection_set.node, fragments, &mut within);
        }
        check_fields(within, fragments)?;
    }
    Ok(())
}

fn key(field: &Positioned<Field>) -> &str {
    field.node.response_key().node.as_str()
}

fn is_same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| other.get_argument(&name.node) == Some(value))
}
