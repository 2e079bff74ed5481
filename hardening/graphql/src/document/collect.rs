//! Merges repeated root fields of mutations and subscriptions (sections 6.2.3 and 6.3.2 of the GraphQL
//! specification).
//!
//! By the specification, root fields with the same response key are one field, which runs once. async-graphql
//! instead runs a mutation once for each occurrence of its field, and ignores fragments in a subscription. So
//! this module inlines the fragments of the root selection set, and merges its fields with the same response
//! key.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    Directive, Field, InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError, Value, Variables};

use super::roots::RootType;
use super::{Fragments, select};
use crate::errors::{code, request_error};

/// Inlines the fragments of the root selection set of a mutation or subscription, and merges its repeated
/// fields.
///
/// This function is recursive: call [`size::check`](super::size::check) first, which limits the nesting. Call
/// [`conflict::check`](super::conflict::check) first, too: fields that conflict cannot be merged.
///
/// # Errors
///
/// If a subscription does not select exactly one field.
pub(super) fn collect(
    operation: &mut OperationDefinition,
    fragments: &mut Fragments,
    root: &RootType,
    variables: &Variables,
) -> Result<(), ServerError> {
    if operation.ty == OperationType::Query {
        return Ok(());
    }
    let mut collector = Collector { root, fragments, selected: Vec::new(), inlined: HashSet::new() };
    let is_valid = collector.add(&operation.selection_set.node, &[]);
    // Otherwise, a fragment is invalid: async-graphql gets the operation unchanged and reports the error.
    if is_valid && (operation.ty == OperationType::Subscription || collector.has_repeated_field()) {
        let items = merge(&collector.selected, variables);
        let inlined: HashSet<Name> = collector.inlined.into_iter().cloned().collect();
        operation.selection_set.node.items = items;
        let used = select::used_fragments(&operation.selection_set.node, fragments);
        fragments.retain(|name, _| used.contains(name) || !inlined.contains(name));
    }
    if operation.ty == OperationType::Subscription {
        check_subscription(&operation.selection_set)?;
    }
    Ok(())
}

/// Fails if a subscription selects no field, or more than one. Without this check, async-graphql would run
/// several fields concurrently.
fn check_subscription(selected: &Positioned<SelectionSet>) -> Result<(), ServerError> {
    match selected.node.items.as_slice() {
        [Positioned { node: Selection::Field(field), .. }]
            if field.node.directives.is_empty() && !is_introspection(field) =>
        {
            Ok(())
        }
        _ => {
            let message = "a subscription must select exactly one field, without directives";
            Err(request_error(code::VALIDATION_FAILED, message, Some(selected.pos)))
        }
    }
}

struct Collector<'a> {
    root: &'a RootType,
    fragments: &'a Fragments,
    selected: Vec<RootSelection<'a>>,
    /// Names of the fragments whose fields have been added to `selected`.
    inlined: HashSet<&'a Name>,
}

/// A root field in the query, and the directives of the fragments around it.
struct RootSelection<'a> {
    field: &'a Positioned<Field>,
    /// Directives of the fragments that contain the field, outermost fragment first.
    around: Vec<&'a [Positioned<Directive>]>,
}

impl<'a> Collector<'a> {
    /// Adds the fields of `selected` and of its fragments. `around` has the directives of the fragments that
    /// contain `selected`. Returns `false` if a fragment is missing, or has a type condition other than the
    /// root type.
    fn add(&mut self, selected: &'a SelectionSet, around: &[&'a [Positioned<Directive>]]) -> bool {
        selected.items.iter().all(|selection| {
            let (on, directives, within) = match &selection.node {
                Selection::Field(field) => {
                    self.selected.push(RootSelection { field, around: around.to_vec() });
                    return true;
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    (on, &inline.node.directives, &inline.node.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else { return false };
                    self.inlined.insert(name);
                    (
                        Some(&fragment.node.type_condition),
                        &spread.node.directives,
                        &fragment.node.selection_set,
                    )
                }
            };
            let around = [around, &[directives.as_slice()]].concat();
            on.is_none_or(|on| on.node.on.node == self.root.name) && self.add(&within.node, &around)
        })
    }

    fn has_repeated_field(&self) -> bool {
        let mut keys = HashSet::new();
        let mut fields = self.selected.iter().filter(|selection| !is_introspection(selection.field));
        fields.any(|selection| !keys.insert(&selection.field.node.response_key().node))
    }
}

/// Merges the fields with the same response key, and returns the resulting selections.
fn merge(fields: &[RootSelection<'_>], variables: &Variables) -> Vec<Positioned<Selection>> {
    let mut groups: Vec<Vec<&RootSelection<'_>>> = Vec::new();
    let mut known = HashMap::new();
    for selection in fields {
        let key = &selection.field.node.response_key().node;
        // async-graphql itself merges `__typename`.
        if is_introspection(selection.field) {
            groups.push(vec![selection]);
        } else if let Some(&group) = known.get(key) {
            let group: &mut Vec<_> = &mut groups[group];
            group.push(selection);
        } else {
            known.insert(key, groups.len());
            groups.push(vec![selection]);
        }
    }
    groups.iter().filter_map(|group| merge_group(group, variables)).collect()
}

/// Merges `group`, the fields with one response key, into a single field: the first one that `@skip` and
/// `@include` do not remove. This field gets the subselections of all other fields in `group`.
fn merge_group(group: &[&RootSelection<'_>], variables: &Variables) -> Option<Positioned<Selection>> {
    let executed = group.iter().find(|selection| selection.is_included(variables)).or(group.first())?;
    let mut field = executed.field.clone();
    let others = group.iter().filter(|other| !std::ptr::eq(**other, *executed));
    let items = others.flat_map(|other| {
        let directives = other.around.iter().copied().chain([other.field.node.directives.as_slice()]);
        let items = other.field.node.selection_set.node.items.iter();
        items.map(move |item| within(directives.clone(), item.clone()))
    });
    field.node.selection_set.node.items.extend(items);
    let pos = field.pos;
    Some(within(executed.around.iter().copied(), Positioned::new(Selection::Field(field), pos)))
}

/// Wraps `selection` in inline fragments, one for each list in `directives`. The first list belongs to the
/// outermost fragment.
fn within<'a>(
    directives: impl DoubleEndedIterator<Item = &'a [Positioned<Directive>]>,
    selection: Positioned<Selection>,
) -> Positioned<Selection> {
    let directives = directives.rev().filter(|directives| !directives.is_empty());
    directives.fold(selection, |selection, directives| inline_fragment(directives.to_vec(), selection))
}

/// Returns an inline fragment that contains one selection.
pub(super) fn inline_fragment(
    directives: Vec<Positioned<Directive>>,
    selection: Positioned<Selection>,
) -> Positioned<Selection> {
    let pos = selection.pos;
    let selection_set = Positioned::new(SelectionSet { items: vec![selection] }, pos);
    let inline = InlineFragment { type_condition: None, directives, selection_set };
    Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
}

impl RootSelection<'_> {
    /// Returns `false` if `@skip` or `@include` removes the field. Ignores invalid conditions, which
    /// async-graphql reports.
    fn is_included(&self, variables: &Variables) -> bool {
        let own = self.field.node.directives.as_slice();
        self.around.iter().copied().chain([own]).flatten().all(|directive| {
            let value = directive.node.get_argument("if").map(|value| value.node.clone());
            let value =
                value.map(|value| value.into_const_with(|name| variables.get(&name).cloned().ok_or(())));
            let Some(Ok(Value::Boolean(condition))) = value else { return true };
            match directive.node.name.node.as_str() {
                "skip" => !condition,
                "include" => condition,
                _ => true,
            }
        })
    }
}

fn is_introspection(field: &Positioned<Field>) -> bool {
    field.node.name.node.starts_with("__")
}
