//! Runs an operation, and makes of the library's answer what the specification asks for.

use std::panic::AssertUnwindSafe;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, PathSegment, Response, ServerError, Value};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde::Serialize;

use crate::document::{Operation, RootField, placeholder};
use crate::errors::{PANICKED, code, finalize_all, request_error};

/// What came of an operation, in the form that a client gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    /// It was not run, or not to its end: there are errors and no `data`, not even `null`.
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
pub(crate) struct Engine<E>(E);

impl<E: Executor> Engine<E> {
    pub(crate) fn new(executor: E) -> Self {
        Self(executor)
    }

    /// Runs a query or a mutation.
    pub(crate) async fn run(&self, operation: Operation) -> Outcome {
        if operation.kind == OperationType::Subscription {
            let message = "a subscription needs Accept: text/event-stream, or a WebSocket with the subprotocol \
                           graphql-transport-ws";
            return request_error(code::VALIDATION_FAILED, message, None).into();
        }
        let Operation { request, root, has_placeholder, .. } = operation;
        settle(self.0.execute(request).await, &root, has_placeholder)
    }

    /// Runs any operation: one outcome for a query or a mutation, one for each event of a subscription.
    pub(crate) fn stream(&self, operation: Operation) -> BoxStream<'static, Outcome> {
        let Operation { request, root, has_placeholder, .. } = operation;
        let responses = self.0.execute_stream(request, None);
        let outcomes = responses.map(move |response| settle(response, &root, has_placeholder));
        // A stream outlives its handler, and the task that it is polled in serves others, too. Nothing is left in an odd
        // state: a stream that panicked is not polled again, and the shelf expects panics.
        let caught = AssertUnwindSafe(outcomes).catch_unwind();
        caught.map(|outcome| outcome.unwrap_or_else(|_| panicked())).boxed()
    }
}

impl<E> std::fmt::Debug for Engine<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// Tells a refusal from a run, gives each error a code, and lets nulls spread.
fn settle(mut response: Response, root: &[RootField], has_placeholder: bool) -> Outcome {
    // An error in a field has a path. One of the request as a whole has none.
    let refused = !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    if refused && response.data == Value::Null {
        finalize_all(&mut response.errors, code::VALIDATION_FAILED);
        return Outcome::Refused { errors: response.errors };
    }
    if has_placeholder {
        placeholder::take_out(&mut response.data);
    }
    for error in &response.errors {
        spread_null(&mut response.data, &error.path, root);
    }
    put_in_order(&mut response.data, root);
    // The resolvers give every error a code; what has none is an argument that the library could not read.
    finalize_all(&mut response.errors, code::BAD_USER_INPUT);
    Outcome::Executed(response)
}

fn panicked() -> Outcome {
    request_error(code::INTERNAL, PANICKED, None).into()
}

/// A non-null field that failed makes `null` of what it belongs to, up to the next place where a null may stand. The
/// library leaves the field out instead. In this schema those places are some fields of the root, and the whole `data`.
fn spread_null(data: &mut Value, path: &[PathSegment], root: &[RootField]) {
    let nullable = |key: &str| root.iter().any(|field| field.nullable && field.key == key);
    match (data, path.first()) {
        (Value::Object(fields), Some(PathSegment::Field(key))) if nullable(key) => {
            fields.insert(async_graphql::Name::new(key), Value::Null);
        }
        (data, _) => *data = Value::Null,
    }
}

/// An answer has its fields in the order in which they are selected. The library puts those first that are done first, and
/// what became `null` here stands at the end.
fn put_in_order(data: &mut Value, root: &[RootField]) {
    if let Value::Object(fields) = data {
        fields.sort_by_cached_key(|key, _| root.iter().position(|field| field.key == key.as_str()));
    }
}
