//! What can be asked: one file for each type of the schema.
//!
//! The comments of these types and fields are what a client reads as their descriptions. What waits for an author is
//! `serial`: the library answers with the fields in the order in which they are done, otherwise. The books of a list still
//! wait side by side.

mod author;
mod authors;
mod book;
mod change;
mod connection;
mod id;
mod mutation;
mod query;

use async_graphql::{Context, SchemaBuilder};
use bookshelf::Shelf;
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;
use crate::limits;

pub(crate) use change::Subscription;
pub(crate) use mutation::Mutation;
pub(crate) use query::Query;

#[cfg(test)]
pub(crate) use authors::finding_by;

pub(crate) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The fields of the query root that are `null` when they fail. All other fields, those of the other roots included, are
/// non-null, so that a failure in one of them spreads up to one of these, or to the whole answer.
pub(crate) const NULLABLE_ROOTS: [&str; 3] = ["book", "author", "__type"];

/// The schema over that shelf, with its limits, to be finished.
pub(crate) fn over(
    shelf: Shelf,
    shutdown: CancellationToken,
) -> SchemaBuilder<Query, Mutation, Subscription> {
    let finder = shelf.clone();
    Schema::build(Query, Mutation, Subscription)
        .data(authors::finding_by(move |ids| finder.authors(ids)))
        .data(shelf)
        .data(shutdown)
        .limit_recursive_depth(limits::MAX_NESTING)
        .limit_depth(limits::MAX_DEPTH)
        .limit_complexity(limits::MAX_COST)
}

/// The shelf that a resolver works on.
fn shelf<'a>(ctx: &Context<'a>) -> Result<&'a Shelf, Fault> {
    data(ctx)
}

/// What [`over`] gave to the resolvers.
fn data<'a, T: Send + Sync + 'static>(ctx: &Context<'a>) -> Result<&'a T, Fault> {
    ctx.data().map_err(|error| Fault::internal(error.message))
}
