//! Computes and limits the size that a query has after its fragments are expanded.
//!
//! The fragments are not really expanded: the size of each fragment is computed once. So the work is linear
//! in the length of the query, however large the expanded query would be.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Pos, Positioned, ServerError};

use crate::errors::{code, request_error};
use crate::limits::{MAX_INTROSPECTION, MAX_NESTING, MAX_SELECTIONS};

/// Fails if the operations of `document` together select too many fields, or nest too deeply.
///
/// After this check, functions may recurse into the document without the risk of a stack overflow.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), ServerError> {
    let mut counter = Counter { document, fragments: HashMap::new() };
    let mut total = Size::default();
    for (_, operation) in document.operations.iter() {
        total.add(counter.count(&operation.node.selection_set, 1)?);
    }
    // async-graphql also validates fragments that no operation uses.
    for fragment in document.fragments.values() {
        counter.count(&fragment.node.selection_set, 1)?;
    }
    if total.selections > MAX_SELECTIONS {
        let message = format!("the query selects more than {MAX_SELECTIONS} fields and fragments");
        return Err(invalid(message, None));
    }
    if total.elements > MAX_INTROSPECTION {
        let message = "the introspection query is too large: get the schema from /schema.graphql".to_owned();
        return Err(invalid(message, None));
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Size {
    /// Number of fields and fragments in the expanded query.
    selections: usize,
    /// Estimated number of fields in the response. Each fragment counts as one field. A field inside an
    /// introspection list counts once for each element of the list.
    elements: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.elements = self.elements.saturating_add(other.elements);
    }

    /// Returns the size of a field or fragment together with its selection set, which has the size `within`.
    /// `elements` is the number of list elements that the field returns; 1 if it returns no list.
    fn of_selection(within: Self, elements: usize) -> Self {
        // A fragment counts even if it selects nothing: async-graphql still walks through it.
        Self {
            selections: within.selections.saturating_add(1),
            elements: within.elements.saturating_mul(elements).saturating_add(1),
        }
    }
}

/// Estimates the number of elements that a field of the introspection schema returns, for an API with 30
/// types. Fields of the API itself must not have these names.
fn elements(field: &str) -> usize {
    match field {
        "types" => 30,
        "fields" => 5,
        "directives" | "inputFields" | "enumValues" => 4,
        "args" => 2,
        _ => 1,
    }
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// Sizes of the fragments that have been counted so far, by the name of the fragment.
    fragments: HashMap<&'a str, Size>,
}

impl<'a> Counter<'a> {
    fn count(&mut self, selected: &'a Positioned<SelectionSet>, level: usize) -> Result<Size, ServerError> {
        // Also ends the recursion of fragments that use each other in a cycle.
        if level > MAX_NESTING {
            let message =
                format!("selections nest more than {MAX_NESTING} levels deep, or a fragment uses itself");
            return Err(invalid(message, Some(selected.pos)));
        }
        let mut total = Size::default();
        for selection in &selected.node.items {
            total.add(match &selection.node {
                Selection::Field(field) => {
                    let within = self.count(&field.node.selection_set, level + 1)?;
                    Size::of_selection(within, elements(&field.node.name.node))
                }
                Selection::InlineFragment(inline) => {
                    Size::of_selection(self.count(&inline.node.selection_set, level + 1)?, 1)
                }
                Selection::FragmentSpread(spread) => {
                    let within = self.count_fragment(&spread.node.fragment_name.node, level + 1)?;
                    Size::of_selection(within, 1)
                }
            });
        }
        Ok(total)
    }

    fn count_fragment(&mut self, name: &'a str, level: usize) -> Result<Size, ServerError> {
        if let Some(size) = self.fragments.get(name) {
            return Ok(*size);
        }
        // async-graphql reports a missing fragment.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        let size = self.count(&fragment.node.selection_set, level)?;
        self.fragments.insert(name, size);
        Ok(size)
    }
}

fn invalid(message: String, position: Option<Pos>) -> ServerError {
    request_error(code::VALIDATION_FAILED, message, position)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn refused(query: &str) -> bool {
        check(&parse_query(query).unwrap()).is_err()
    }

    /// Returns a query in which each fragment uses the next fragment twice. The last fragment selects `last`.
    fn doubling(fragments: usize, last: &str) -> String {
        let mut query = "{...F0}".to_owned();
        for n in 0..fragments {
            let next = if n + 1 == fragments { last.to_owned() } else { format!("...F{}", n + 1) };
            query += &format!("fragment F{n} on Query{{{next} a:{next} {next}}}").replace("a:...", "...");
        }
        query
    }

    #[test]
    fn fragments_are_counted_at_each_use() {
        assert!(!refused(&doubling(3, "__typename")));
        assert!(refused(&doubling(25, "__typename")));
        assert!(refused(&doubling(25, "...Missing")));
    }

    #[test]
    fn recursive_fragments_are_refused() {
        assert!(refused("{...A} fragment A on Query{...B ...B} fragment B on Query{...A ...A}"));
        assert!(refused("{a} fragment A on Query{...A}"));
    }

    #[test]
    fn deeply_nested_fragments_are_refused() {
        let chain: String = (0..2000).map(|n| format!("fragment F{n} on Query{{...F{}}}", n + 1)).collect();
        assert!(refused(&format!("{{...F0}}{chain}")));
    }
}
