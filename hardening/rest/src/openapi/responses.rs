//! The problems that operations have in common.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use crate::problem::MEDIA_TYPE;

/// `Name: status "description", ...;` makes a type that an operation names among its responses.
macro_rules! problems {
    ($($name:ident: $($status:literal $description:literal),+;)+) => {
        $(
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    BTreeMap::from([$(problem($status, $description)),+])
                }
            }
        )+
    };
}

problems! {
    NoSuchBook: 404 "No book has that id";
    NoSuchAuthorId: 404 "No author has that id";
    NoSuchPage: 404 "`page_token` is not from this list";
    BadQuery: 400 "The query or a header is malformed";
    NotAcceptable: 406 "`Accept` does not name the type of the answer";
    NoSuchAuthor: 409 "`author_id` names no author of this shelf";
    PreconditionFailed:
        400 "A header is malformed",
        412 "The book has another revision than the request demands";
    PreconditionRequired: 428 "`If-Match` is missing";
    BadBody:
        400 "The body or a header is malformed",
        408 "The body took too long",
        413 "The body is too long",
        415 "The body has another media type, or a content encoding",
        422 "The body breaks a rule: `errors` names each member that does";
    ShelfFull: 507 "The shelf is full";
    Always: 500 "A fault of the server";
}

fn problem(status: u16, description: &str) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build();
    (status.to_string(), response.into())
}
