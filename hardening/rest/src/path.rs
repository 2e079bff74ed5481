//! The variable part of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use bookshelf::Entity;
use utoipa::IntoParams;

use crate::problem::{Kind, Problem};

/// The last id that the shelf can give.
pub(crate) const MAX_ID: i64 = u32::MAX as i64;

/// The id of a book.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct BookId {
    /// The book.
    #[param(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    pub(crate) id: u32,
}

/// The id of an author.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AuthorId {
    /// The author.
    #[param(format = Int64, minimum = 1, maximum = 4294967295u32, example = 1)]
    pub(crate) id: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for BookId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        id(parts, state, Entity::Book).await.map(|id| Self { id })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthorId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        id(parts, state, Entity::Author).await.map(|id| Self { id })
    }
}

/// What is no id names nothing that exists: 404. That goes for `01` and `+1`, too, since a resource has one name.
async fn id<S: Send + Sync>(parts: &mut Parts, state: &S, entity: Entity) -> Result<u32, Problem> {
    let Ok(Path(text)) = Path::<String>::from_request_parts(parts, state).await else {
        return Err(not_found(format!("the path is not UTF-8, so it names no {entity}")));
    };
    let id = text.parse::<u32>().ok().filter(|id| id.to_string() == text);
    id.ok_or_else(|| not_found(format!("there is no {entity} {text}")))
}

fn not_found(detail: String) -> Problem {
    Problem::of(Kind::NotFound, StatusCode::NOT_FOUND, detail)
}
