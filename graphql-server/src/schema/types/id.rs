//! Ids: text in GraphQL, numbers from 1 on the shelf.

use async_graphql::ID;
use bookshelf::Entity;

use crate::fault::Fault;

/// The number that an id stands for; only its one usual spelling counts, so `01` and `+1` name nothing.
fn number(id: &ID) -> Option<u32> {
    id.parse().ok().filter(|number: &u32| *number != 0 && number.to_string() == id.as_str())
}

/// The id of something to look up. What is not a number is simply not there.
pub(super) fn look_up(id: &ID, entity: Entity) -> Result<u32, Fault> {
    number(id).ok_or_else(|| Fault::not_found(entity, id))
}

/// The id of an author in an argument, which must at least be a number.
pub(super) fn author_argument(id: &ID) -> Result<u32, Fault> {
    number(id).ok_or_else(|| Fault::invalid("authorId", "must be a number from 1"))
}
