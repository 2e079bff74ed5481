//! Runs an operation, and makes of the library's answer what the specification asks for.

use async_graphql::parser::types::OperationType;
use async_graphql::{PathSegment, Response, ServerError, Value};
use bookshelf::Shelf;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::document::Operation;
use crate::fault::{code, request_error, set_code};
use crate::schema::{self, Schema};

/// What came of an operation, in the form that a client gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    /// It was not run: there are errors and no `data`, not even `null`.
    Refused { errors: Vec<ServerError> },
    /// It was run, perhaps with errors in some of its fields.
    Executed(Response),
}

impl From<ServerError> for Outcome {
    fn from(error: ServerError) -> Self {
        Self::Refused { errors: vec![error] }
    }
}

/// Runs operations.
pub(crate) struct Engine(Schema);

impl Engine {
    pub(crate) fn new(shelf: Shelf, shutdown: CancellationToken) -> Self {
        Self(schema::build(shelf, shutdown))
    }

    /// Runs a query or a mutation.
    pub(crate) async fn run(&self, operation: Operation) -> Outcome {
        if operation.kind == OperationType::Subscription {
            let message = "a subscription needs a WebSocket with the subprotocol graphql-transport-ws";
            return request_error(code::VALIDATION_FAILED, message, None).into();
        }
        let Operation { request, nullable_keys, .. } = operation;
        settle(self.0.execute(request).await, &nullable_keys)
    }

    /// Runs any operation: one outcome for a query or a mutation, one for each event of a subscription.
    pub(crate) fn stream(&self, operation: Operation) -> BoxStream<'static, Outcome> {
        let Operation { request, nullable_keys, .. } = operation;
        self.0.execute_stream(request).map(move |response| settle(response, &nullable_keys)).boxed()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// Tells a refusal from a run, gives each error a code, and lets nulls spread.
fn settle(mut response: Response, nullable_keys: &[String]) -> Outcome {
    // An error in a field has a path. One of the request as a whole has none.
    let refused = !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    if refused && response.data == Value::Null {
        let mut errors = response.errors;
        errors.iter_mut().for_each(|error| set_code(error, code::VALIDATION_FAILED));
        return Outcome::Refused { errors };
    }
    for error in &mut response.errors {
        // The resolvers give every error a code; what has none is an argument that the library could not read.
        set_code(error, code::BAD_USER_INPUT);
        spread_null(&mut response.data, &error.path, nullable_keys);
    }
    Outcome::Executed(response)
}

/// A non-null field that failed makes `null` of what it belongs to, up to the next place where a null may stand. The
/// library leaves the field out instead. In this schema those places are some fields of the root, and the whole `data`.
fn spread_null(data: &mut Value, path: &[PathSegment], nullable_keys: &[String]) {
    match (data, path.first()) {
        (Value::Object(fields), Some(PathSegment::Field(key))) if nullable_keys.contains(key) => {
            fields.insert(async_graphql::Name::new(key), Value::Null);
        }
        (data, _) => *data = Value::Null,
    }
}
