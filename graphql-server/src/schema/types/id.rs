//! Parses ids, which are strings in GraphQL and numbers from 1 on the shelf.

use async_graphql::ID;
use bookshelf::Entity;

use crate::errors::ApiError;

/// Parses an id. Each id has a single spelling, so `01` and `+1` are invalid.
fn number(id: &ID) -> Option<u32> {
    id.parse().ok().filter(|number: &u32| *number != 0 && number.to_string() == id.as_str())
}

/// Parses the id of the book or author that a client requests. For an invalid id, returns the same error as
/// for an id that does not exist.
pub(crate) fn parse(id: &ID, entity: Entity) -> Result<u32, ApiError> {
    number(id).ok_or_else(|| ApiError::not_found(entity, id))
}

/// Parses the argument `authorId`. For an invalid id, returns the error of an invalid argument.
pub(crate) fn author_argument(id: &ID) -> Result<u32, ApiError> {
    number(id).ok_or_else(|| ApiError::invalid("authorId", "must be a whole number of at least 1"))
}
