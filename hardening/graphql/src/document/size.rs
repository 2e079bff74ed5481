//! The size of a query with all its fragments expanded.
//!
//! The fragments are not expanded for this: the size of each is computed once, so the work is linear in the length of the
//! query, whatever its size.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Pos, Positioned, ServerError};

use crate::errors::{code, request_error};
use crate::limits::{MAX_INTROSPECTION, MAX_NESTING, MAX_SELECTIONS};

/// Fails if the operations of `document` together select too much, or nest too deep.
///
/// After this, functions may call themselves for each level of the document.
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
        let message = "the query introspects too much of the schema: get it from /schema.graphql".to_owned();
        return Err(invalid(message, None));
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Size {
    /// Number of fields and fragments.
    selections: usize,
    /// Number of fields and fragments, times the elements of the introspection lists around them.
    elements: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.elements = self.elements.saturating_add(other.elements);
    }

    /// Size of a field or fragment; `within` is that of its selection set, repeated for each list element.
    fn of_selection(within: Self, elements: usize) -> Self {
        // A fragment counts even if it selects nothing: async-graphql still walks through it.
        Self {
            selections: within.selections.saturating_add(1),
            elements: within.elements.saturating_mul(elements).saturating_add(1),
        }
    }
}

/// Number of elements in an introspection list of a schema with 30 types. No other field should have such a name.
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
    /// Sizes of the fragments that are already counted.
    fragments: HashMap<&'a str, Size>,
}

impl<'a> Counter<'a> {
    fn count(&mut self, selected: &'a Positioned<SelectionSet>, level: usize) -> Result<Size, ServerError> {
        // Fragments that use each other in a cycle end here, too.
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

    /// Returns a query with fragments that each use the next one twice; the last one uses `last`.
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
    fn long_chain_of_fragments_is_refused() {
        let chain: String = (0..2000).map(|n| format!("fragment F{n} on Query{{...F{}}}", n + 1)).collect();
        assert!(refused(&format!("{{...F0}}{chain}")));
    }
}
