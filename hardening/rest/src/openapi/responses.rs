//! Error responses.

use utoipa::openapi::response::Response;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use crate::problem::MEDIA_TYPE;

/// Declares groups of error responses: `Name: status "description", ...;`. An operation lists the groups that apply to it.
#[macro_export]
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $description:literal),+;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl utoipa::IntoResponses for $name {
                fn responses() -> std::collections::BTreeMap<
                    String,
                    utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
                > {
                    std::collections::BTreeMap::from([$($crate::openapi::problem($status, $description)),+])
                }
            }
        )+
    };
}

problems! {
    /// Errors of an operation with a query.
    BadQuery: 400 "The query or a header is malformed";
    /// Errors of an operation with a response body.
    NotAcceptable: 406 "`Accept` does not allow the media type of the response";
    /// Errors of an operation with preconditions.
    PreconditionFailed: 400 "A header is malformed", 412 "The current revision does not match the preconditions";
    /// Errors of an operation that requires `If-Match`.
    PreconditionRequired: 428 "`If-Match` is missing";
    /// Errors of an operation with a request body.
    BadBody:
        400 "The body or a header is malformed",
        408 "The body took too long",
        413 "The body is too long",
        415 "The body has an unsupported media type or content coding",
        422 "A field of the body is invalid: `errors` lists each of them";
    /// Errors of every operation.
    Always: 500 "An internal error";
}

/// Returns the description of an error response with problem details.
#[must_use]
pub fn problem(status: u16, description: &str) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build();
    (status.to_string(), response.into())
}
