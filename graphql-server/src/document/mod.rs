//! Parses and sizes up a query before the library runs it.
//!
//! The library limits depth and cost only after work that a small query can blow up without bounds, so what comes here
//! first are checks whose own work is bounded: [`tokens`] on the text, [`size`] on the parsed document.

mod root;
mod select;
mod size;
mod syntax;
mod tokens;
mod variables;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError};

use crate::schema::NULLABLE_ROOTS;

/// One operation, ready to run.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    /// The keys of the answer that are `null` when they fail; the whole answer is, when any other fails.
    pub(crate) nullable_keys: Vec<String>,
}

impl Operation {
    /// Parses a request and picks the operation that it names.
    pub(crate) fn prepare(mut request: Request) -> Result<Self, ServerError> {
        tokens::check(&request.query)?;
        let mut document = syntax::parse(&request.query)?;
        size::check(&document)?;
        let operation = select::only(&mut document, request.operation_name.as_deref())?;
        variables::check(&operation, &request.variables)?;
        let kind = operation.ty;
        let selected = &operation.selection_set;
        if kind == OperationType::Subscription {
            root::check_subscription(selected)?;
        }
        // Only the query root has fields that may be null.
        let nullable = |name: &str| kind == OperationType::Query && NULLABLE_ROOTS.contains(&name);
        let nullable_keys = root::keys(selected, &document, nullable);
        request.set_parsed_query(document);
        Ok(Self { request, kind, nullable_keys })
    }
}
