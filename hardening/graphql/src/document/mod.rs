//! Parses and checks a query before async-graphql executes it.
//!
//! async-graphql limits depth and cost too late: before it does, a small query can take unlimited time and
//! stack. So [`tokens`] checks the text before it is parsed, and [`size`] checks the parsed document before
//! all other steps. Both take bounded time.
//!
//! The other modules implement rules of the GraphQL specification that async-graphql does not: [`select`],
//! [`variables`], [`conflict`] and [`collect`] check the operation; [`typename`] and [`placeholder`] rewrite
//! it.

mod collect;
mod conflict;
mod flatten;
mod fragments;
pub(crate) mod placeholder;
mod root;
mod roots;
mod select;
mod size;
mod syntax;
mod tokens;
mod typename;
mod variables;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, ServerError};

pub(crate) use root::RootField;
pub(crate) use roots::RootTypes;

/// A parsed and checked operation, which the engine can execute.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    /// Root fields in the order in which the response lists them.
    pub(crate) root: Vec<RootField>,
    /// `true` if the response may contain a [`placeholder`].
    pub(crate) has_placeholder: bool,
}

impl Operation {
    /// Parses and checks the query of a request, and selects the operation to run.
    pub(crate) fn prepare(mut request: Request, roots: &RootTypes) -> Result<Self, ServerError> {
        tokens::check(&request.query)?;
        let document = syntax::parse(&request.query)?;
        size::check(&document)?;
        let (mut operation, mut fragments) = select::operation(document, request.operation_name.take())?;
        variables::complete(&operation.node, &mut request.variables)?;
        conflict::check(&operation.node.selection_set.node, &fragments)?;

        let kind = operation.node.ty;
        let root_type = roots.get(kind);
        collect::collect(&mut operation.node, &mut fragments, root_type, &request.variables)?;
        let mut has_placeholder = false;
        for selected in select::selection_sets_mut(&mut operation.node, &mut fragments) {
            typename::move_directives(&mut selected.node);
            has_placeholder |= placeholder::insert(selected);
        }
        let root = root::fields(&operation.node.selection_set.node, &fragments, root_type);
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Single(operation),
            fragments,
        });
        Ok(Self { request, kind, root, has_placeholder })
    }
}
