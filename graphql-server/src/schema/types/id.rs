//! Ids: strings in GraphQL, numbers from 1 on the shelf.

use async_graphql::ID;
use bookshelf::Entity;

use crate::errors::ApiError;

/// Parses a number in its canonical spelling; `01` and `+1` are not ids.
fn number(id: &ID) -> Option<u32> {
    id.parse().ok().filter(|number: &u32| *number != 0 && number.to_string() == id.as_str())
}

/// Parses the id of the requested object. Anything but a number is the id of no object.
pub(crate) fn parse(id: &ID, entity: Entity) -> Result<u32, ApiError> {
    number(id).ok_or_else(|| ApiError::not_found(entity, id))
}

/// Parses the argument `authorId`.
pub(crate) fn author_argument(id: &ID) -> Result<u32, ApiError> {
    number(id).ok_or_else(|| ApiError::invalid("authorId", "must be a number from 1"))
}
