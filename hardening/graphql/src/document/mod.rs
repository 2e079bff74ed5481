//! Parses and sizes up a query before the library runs it.
//!
//! The library limits depth and cost only after work that a small query can blow up without bounds, so what comes here
//! first are checks whose own work is bounded: [`tokens`] on the text, [`size`] on the parsed document.
//! Behind them come rules of the specification that the library does not keep: [`variables`], [`root`], [`merge`] and
//! [`placeholder`].

mod flatten;
mod merge;
mod nullable;
pub(crate) mod placeholder;
mod root;
mod select;
mod size;
mod syntax;
mod tokens;
mod variables;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError};

pub(crate) use nullable::NullableFields;
pub(crate) use root::RootField;

/// One operation, ready to run.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    /// What it selects at its root, in that order.
    pub(crate) root: Vec<RootField>,
    /// Whether there is a [`placeholder`] to be taken out of its answer.
    pub(crate) has_placeholder: bool,
}

impl Operation {
    /// Parses a request and picks the operation that it names.
    pub(crate) fn prepare(mut request: Request, nullable: &NullableFields) -> Result<Self, ServerError> {
        tokens::check(&request.query)?;
        let mut document = syntax::parse(&request.query)?;
        size::check(&document)?;
        let operation = select::only(&mut document, request.operation_name.as_deref())?;
        variables::complete(&operation, &mut request.variables)?;
        let kind = operation.ty;
        let selected = &operation.selection_set;
        let root = root::fields(kind, &selected.node, &document, nullable);
        match kind {
            OperationType::Query => {}
            OperationType::Mutation => root::check_mutation(&root)?,
            OperationType::Subscription => root::check_subscription(selected)?,
        }
        merge::check(&selected.node, &document)?;
        // Behind the checks, to which a placeholder would be a selection like any other.
        let has_placeholder = placeholder::put_in(&mut document);
        request.set_parsed_query(document);
        Ok(Self { request, kind, root, has_placeholder })
    }
}
