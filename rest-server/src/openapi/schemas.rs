//! What the macros cannot say of a type.

use bookshelf::model::MAX_TITLE;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Schema, Type};

/// A title: no control characters, and not white space alone. The classes are spelled out, since no two dialects of
/// regular expressions have the same ones.
pub(crate) fn title() -> Object {
    const CONTROL: &str = r"\u0000-\u001F\u007F-\u009F";
    const WHITE: &str = r"\u0020\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Without control characters, and not white space alone."))
        .min_length(Some(1))
        .max_length(Some(MAX_TITLE))
        .pattern(Some(format!("^[^{CONTROL}]*[^{CONTROL}{WHITE}][^{CONTROL}]*$")))
        .examples([json!("UNIX Network Programming")])
        .build()
}

/// A server-sent event, as its fields.
#[derive(ToSchema)]
#[schema(description = "A server-sent event, as its fields.")]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) struct Event {
    /// The sequence of the change.
    #[schema(pattern = "^[0-9]{1,19}$", example = "7")]
    id: String,
    event: EventName,
    #[schema(schema_with = data)]
    data: String,
}

/// The kind of the change, or `error` when changes were missed.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "for the document alone")]
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
        .description(Some("A `Change`; a `Problem` when the event is an `error`."))
        .content_media_type("application/json")
        .content_schema(Some(Schema::OneOf(either.build())))
        .build()
}
