//! The document of the API: OpenAPI 3.1, made from the handlers, their parameters and their types.
//!
//! # Layout
//!
//! - [`Document`]: what it says of the API as a whole
//! - `headers`: the headers that requests have
//! - `responses`: the problems that operations have in common
//! - `schemas`: what the macros cannot say of a type

mod headers;
mod responses;
mod schemas;

use utoipa::OpenApi;

use crate::model::Change;
use crate::problem;

pub(crate) use headers::{IfMatch, IfNoneMatch, LastEventIdHeader, MayIfMatch};
pub(crate) use responses::{
    Always, BadBody, BadQuery, NoSuchAuthor, NoSuchAuthorId, NoSuchBook, NoSuchPage, NotAcceptable,
    PreconditionFailed, PreconditionRequired, ShelfFull,
};
pub(crate) use schemas::{Event, title};

/// What the document says of the API as a whole; the operations are added by their routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bookshelf",
        description = "A shelf of books: list, read, create, change and delete them, and watch what others do.\n\n\
            - A book has a revision, which is its `ETag`. A change names it in `If-Match`, a read may in `If-None-Match`.\n\
            - Whatever fails is answered with problem details (RFC 9457), which name each argument that is wrong.\n\
            - Every path answers `OPTIONS`, and `HEAD` where it has a `GET`; any other method is a 405 with `Allow`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "books", description = "The books, and their changes"),
        (name = "authors", description = "Who wrote them"),
    ),
    components(schemas(problem::Details<'static>, Change)),
)]
pub(crate) struct Document;
