//! What an operation selects at its root.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};
use async_graphql::{Pos, Positioned, ServerError};

use super::flatten::flattened;
use super::nullable::NullableFields;
use crate::errors::{code, request_error};

/// A field of the root.
#[derive(Debug)]
pub(crate) struct RootField {
    /// What it is called in the answer.
    pub(crate) key: String,
    /// Whether it is `null` when it fails. When another one fails, the whole answer is.
    pub(crate) nullable: bool,
    /// Whether it is about the schema, such as `__typename`.
    meta: bool,
    at: Pos,
}

impl RootField {
    fn new(kind: OperationType, field: &Positioned<Field>, nullable: &NullableFields) -> Self {
        let name = field.node.name.node.as_str();
        Self {
            key: field.node.response_key().node.to_string(),
            nullable: nullable.contains(kind, name),
            meta: name.starts_with("__"),
            at: field.pos,
        }
    }
}

/// The fields that are selected there.
///
/// Call it only for a document that was sized up: it fills in the fragments.
pub(super) fn fields(
    kind: OperationType,
    selected: &SelectionSet,
    document: &ExecutableDocument,
    nullable: &NullableFields,
) -> Vec<RootField> {
    let fields = flattened(selected, document).into_iter();
    fields.map(|field| RootField::new(kind, field, nullable)).collect()
}

/// A mutation selects each key once. Fields with the same key are one field, to be run once; the library would make the
/// change as often as it is written: those are refused.
pub(super) fn check_mutation(root: &[RootField]) -> Result<(), ServerError> {
    let mut keys = HashSet::new();
    let again = root.iter().find(|field| !field.meta && !keys.insert(&field.key));
    again.map_or(Ok(()), |RootField { key, at, .. }| {
        let message =
            format!("a mutation selects {key:?} twice: give each of its changes an alias of its own");
        Err(request_error(code::VALIDATION_FAILED, message, Some(*at)))
    })
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
