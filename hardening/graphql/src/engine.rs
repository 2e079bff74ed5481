//! Executes operations and makes their responses comply with the GraphQL specification.

use std::fmt;
use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Name, PathSegment, Response, ServerError, Value};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde::Serialize;

use crate::document::{Operation, RootField, placeholder};
use crate::errors::{PANICKED, code, finalize_all, request_error};

/// The result of an operation, serialized in the format that clients receive.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    /// The operation was not executed, or it panicked. The response has no `data`, not even `null`.
    RequestError { errors: Vec<ServerError> },
    /// The operation was executed; some of its fields may have errors.
    Executed(Response),
}

impl From<ServerError> for Outcome {
    fn from(error: ServerError) -> Self {
        Self::RequestError { errors: vec![error] }
    }
}

/// An executor of operations, with an async-graphql schema.
pub(crate) struct Engine<E>(E);

impl<E: Executor> Engine<E> {
    pub(crate) fn new(executor: E) -> Self {
        Self(executor)
    }

    /// Executes a query or a mutation. A subscription is a request error.
    pub(crate) async fn execute(&self, operation: Operation) -> Outcome {
        if operation.kind == OperationType::Subscription {
            let message = "a subscription requires Accept: text/event-stream, or a WebSocket with the subprotocol \
                           graphql-transport-ws";
            return request_error(code::VALIDATION_FAILED, message, None).into();
        }
        let Operation { request, root, has_placeholder, .. } = operation;
        finalize(self.0.execute(request).await, &root, has_placeholder)
    }

    /// Executes an operation of any type. The stream yields one outcome for a query or mutation, and one for
    /// each event of a subscription.
    pub(crate) fn execute_stream(&self, operation: Operation) -> BoxStream<'static, Outcome> {
        let Operation { request, root, has_placeholder, .. } = operation;
        let responses = self.0.execute_stream(request, None);
        let outcomes = responses.map(move |response| finalize(response, &root, has_placeholder));
        // A panic must not end the task that polls this stream, which may serve other operations, too. Unwind
        // safety: a stream that has panicked is not polled again, and resolvers must expect panics.
        let outcomes = AssertUnwindSafe(outcomes).catch_unwind();
        outcomes.map(|outcome| outcome.unwrap_or_else(|_| panicked())).boxed()
    }
}

impl<E> fmt::Debug for Engine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// Converts a response of async-graphql: distinguishes request errors from field errors, propagates nulls,
/// and orders the root fields.
fn finalize(mut response: Response, root: &[RootField], has_placeholder: bool) -> Outcome {
    // Only field errors have a path.
    let is_request_error =
        !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    if is_request_error && response.data == Value::Null {
        finalize_all(&mut response.errors, code::VALIDATION_FAILED);
        return Outcome::RequestError { errors: response.errors };
    }
    if has_placeholder {
        placeholder::remove(&mut response.data);
    }
    for error in &response.errors {
        propagate_null(&mut response.data, &error.path, root);
    }
    order_fields(&mut response.data, root);
    // Resolvers set a code, so an error without one is an argument that async-graphql could not parse.
    finalize_all(&mut response.errors, code::BAD_USER_INPUT);
    Outcome::Executed(response)
}

fn panicked() -> Outcome {
    request_error(code::INTERNAL, PANICKED, None).into()
}

/// Sets a root field to null because a field inside it failed (section 6.4.4 of the GraphQL specification).
/// If the root field is not nullable, sets the whole `data` to null.
///
/// async-graphql omits the failed field instead. This function treats all fields below the root as not
/// nullable.
fn propagate_null(data: &mut Value, path: &[PathSegment], root: &[RootField]) {
    let nullable = |key: &str| root.iter().any(|field| field.nullable && field.key == key);
    match (data, path.first()) {
        (Value::Object(fields), Some(PathSegment::Field(key))) if nullable(key) => {
            fields.insert(Name::new(key), Value::Null);
        }
        (data, _) => *data = Value::Null,
    }
}

/// Sorts the root fields of a response into the order of the query. async-graphql lists them in the order of
/// their completion, and [`propagate_null`] appends fields.
fn order_fields(data: &mut Value, root: &[RootField]) {
    if let Value::Object(fields) = data
        && fields.len() > 1
    {
        fields.sort_by_cached_key(|key, _| root.iter().position(|field| field.key == *key));
    }
}
