//! How much a query selects once its fragments are filled in.
//!
//! Counted without filling them in: the size of each fragment is worked out once and remembered, so the count takes no
//! longer than reading the query does, whatever its result.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Positioned, ServerError};

use crate::errors::{code, request_error};
use crate::limits::{MAX_INTROSPECTION, MAX_NESTING, MAX_SELECTIONS};

pub(super) fn check(document: &ExecutableDocument) -> Result<(), ServerError> {
    let mut counter = Counter { document, known: HashMap::new() };
    let mut total = Size::default();
    for (_, operation) in document.operations.iter() {
        total.add(counter.count(&operation.node.selection_set, 1)?);
    }
    // A fragment that no operation uses is walked by the library all the same.
    for fragment in document.fragments.values() {
        counter.count(&fragment.node.selection_set, 1)?;
    }
    if total.selections > MAX_SELECTIONS {
        let message = format!("the query selects more than {MAX_SELECTIONS} fields and fragments");
        return Err(refusal(message, None));
    }
    if total.elements > MAX_INTROSPECTION {
        let message = "the query asks for too much of the schema: take it from /schema.graphql".to_owned();
        return Err(refusal(message, None));
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Size {
    /// Fields and fragments.
    selections: usize,
    /// The same, those within a list of an introspection as often as it has elements.
    elements: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.elements = self.elements.saturating_add(other.elements);
    }

    /// A selection with what is selected within it.
    fn around(within: Self, times: usize) -> Self {
        // A fragment counts, too: one that selects nothing that exists still takes its walk.
        Self {
            selections: within.selections.saturating_add(1),
            elements: within.elements.saturating_mul(times).saturating_add(1),
        }
    }
}

/// About how many elements this schema has for a list of an introspection. No other field has these names.
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
    /// The sizes of the fragments that were counted.
    known: HashMap<&'a str, Size>,
}

impl<'a> Counter<'a> {
    fn count(&mut self, selected: &'a Positioned<SelectionSet>, level: usize) -> Result<Size, ServerError> {
        // Ends this walk, too, when fragments use each other in a circle.
        if level > MAX_NESTING {
            let message =
                format!("selections nest more than {MAX_NESTING} deep, or fragments use themselves");
            return Err(refusal(message, Some(selected.pos)));
        }
        let mut total = Size::default();
        for selection in &selected.node.items {
            let (within, times) = match &selection.node {
                Selection::Field(field) => {
                    (self.count(&field.node.selection_set, level + 1)?, elements(&field.node.name.node))
                }
                Selection::InlineFragment(inline) => (self.count(&inline.node.selection_set, level + 1)?, 1),
                Selection::FragmentSpread(spread) => {
                    (self.count_fragment(&spread.node.fragment_name.node, level + 1)?, 1)
                }
            };
            total.add(Size::around(within, times));
        }
        Ok(total)
    }

    fn count_fragment(&mut self, name: &'a str, level: usize) -> Result<Size, ServerError> {
        if let Some(size) = self.known.get(name) {
            return Ok(*size);
        }
        // The library's validation reports a fragment that is not there.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        let size = self.count(&fragment.node.selection_set, level)?;
        self.known.insert(name, size);
        Ok(size)
    }
}

fn refusal(message: String, at: Option<async_graphql::Pos>) -> ServerError {
    request_error(code::VALIDATION_FAILED, message, at)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn refused(query: &str) -> bool {
        check(&parse_query(query).unwrap()).is_err()
    }

    /// Fragments of which each uses the next one twice, and the last one `last`.
    fn doubling(fragments: usize, last: &str) -> String {
        let mut query = "{...F0}".to_owned();
        for n in 0..fragments {
            let next = if n + 1 == fragments { last.to_owned() } else { format!("...F{}", n + 1) };
            query += &format!("fragment F{n} on Query{{{next} a:{next} {next}}}").replace("a:...", "...");
        }
        query
    }

    #[test]
    fn fragments_are_counted_each_time_that_they_are_used() {
        assert!(!refused(&doubling(3, "__typename")));
        assert!(refused(&doubling(25, "__typename")));
        assert!(refused(&doubling(25, "...Missing")));
    }

    #[test]
    fn fragments_in_a_circle_are_refused() {
        assert!(refused("{...A} fragment A on Query{...B ...B} fragment B on Query{...A ...A}"));
        assert!(refused("{a} fragment A on Query{...A}"));
    }

    #[test]
    fn a_long_chain_is_refused_whatever_its_order() {
        let chain: String = (0..2000).map(|n| format!("fragment F{n} on Query{{...F{}}}", n + 1)).collect();
        assert!(refused(&format!("{{...F0}}{chain}")));
    }
}
