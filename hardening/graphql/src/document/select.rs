//! The operation that a request names, out of several.
//!
//! The library works out the cost of all operations of a document, with the variables of the one to run: the others fail
//! for want of theirs, and the request with them. So it gets to see only the one, and the fragments that it uses.

use std::collections::HashSet;

use async_graphql::ServerError;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};

use crate::errors::{code, request_error};

/// Leaves only that operation in the document, and returns it.
///
/// Call it only for a document that was sized up: it calls itself for each level.
pub(super) fn only(
    document: &mut ExecutableDocument,
    name: Option<&str>,
) -> Result<OperationDefinition, ServerError> {
    let operation = pick(&document.operations, name)
        .map_err(|message| request_error(code::VALIDATION_FAILED, message, None))?
        .clone();
    if let DocumentOperations::Multiple(named) = &mut document.operations
        && named.len() > 1
    {
        named.retain(|other, _| Some(other.as_str()) == name);
        let mut used = HashSet::new();
        collect(&operation.selection_set.node, document, &mut used);
        document.fragments.retain(|fragment, _| used.contains(fragment.as_str()));
    }
    Ok(operation)
}

fn pick<'a>(
    operations: &'a DocumentOperations,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, String> {
    let unknown = |name: &str| format!("the query has no operation named {name:?}");
    match (operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(name)) => Err(unknown(name)),
        (DocumentOperations::Multiple(named), Some(name)) => {
            named.get(name).map(|operation| &operation.node).ok_or_else(|| unknown(name))
        }
        (DocumentOperations::Multiple(named), None) => {
            let mut all = named.values();
            let first = all.next().filter(|_| all.next().is_none());
            let several = "the query has several operations: operationName must say which";
            first.map(|operation| &operation.node).ok_or_else(|| several.to_owned())
        }
    }
}

/// The names of the fragments that are used there, and in those fragments.
fn collect(selected: &SelectionSet, document: &ExecutableDocument, used: &mut HashSet<String>) {
    for selection in &selected.items {
        match &selection.node {
            Selection::Field(field) => collect(&field.node.selection_set.node, document, used),
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, document, used),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name)
                    && used.insert(name.to_string())
                {
                    collect(&fragment.node.selection_set.node, document, used);
                }
            }
        }
    }
}
