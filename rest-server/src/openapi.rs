//! The OpenAPI 3.1 document, beyond the descriptions of the operations.

use hardening_rest::{problem, problems};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{OpenApi, ToSchema};

use crate::model::Change;

/// The API as a whole. The router adds the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bookshelf",
        description = "A shelf of books: list, get, create, update and delete them, and watch changes.\n\n\
            - A book has a revision, which is its `ETag`. An update requires it in `If-Match`; a read may have it in \
              `If-None-Match`.\n\
            - Every error response has problem details (RFC 9457), which list each invalid argument.\n\
            - Every path supports `OPTIONS`, and `HEAD` if it supports `GET`; any other method is a 405 with `Allow`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "books", description = "The books and their changes"),
        (name = "authors", description = "The authors of the books"),
    ),
    components(schemas(problem::Document<'static>, Change)),
)]
pub(crate) struct Document;

problems! {
    NoSuchBook: 404 "No book has that id";
    NoSuchAuthorId: 404 "No author has that id";
    NoSuchPage: 404 "`page_token` is not from this list";
    NoSuchAuthor: 409 "`author_id` names no author on this shelf";
    ShelfFull: 507 "The shelf is full";
}

/// The fields of a server-sent event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only for the document")]
pub(crate) struct Event {
    /// The sequence number of the change.
    #[schema(pattern = "^[0-9]{1,19}$", example = "7")]
    id: String,
    event: EventName,
    #[schema(schema_with = data)]
    data: String,
}

/// The kind of the change, or `error` if changes were missed.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only for the document")]
enum EventName {
    Created,
    Updated,
    Deleted,
    Error,
}

fn data() -> Object {
    let [change, problem] = ["Change", "Problem"].map(Ref::from_schema_name);
    let either = OneOfBuilder::new().item(change).item(problem);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("A `Change`, or a `Problem` if the event is an `error`."))
        .content_media_type("application/json")
        .content_schema(Some(Schema::OneOf(either.build())))
        .build()
}
