//! GraphQL over HTTP, server-sent events and WebSockets with limits, generic over the schema.
//!
//! # Layout
//!
//! A request passes the modules from top to bottom:
//!
//! - `router`: the routes
//! - `endpoint`: the state that the handlers share
//! - `http`: handles GraphQL requests over HTTP, and responds with JSON or server-sent events
//! - `websocket`: serves a WebSocket with the subprotocol `graphql-transport-ws`
//! - `graphiql`: the GraphiQL page and its files
//! - `response`: builds HTTP responses and errors
//! - `params`: the parameters of a request, the same for all transports
//! - `document`: parses and checks a query before async-graphql executes it
//! - `engine`: executes an operation and turns the response into a compliant one
//! - [`errors`]: the error codes, and the errors that this crate itself returns
//! - [`limits`]: every limit with its reason

#![forbid(unsafe_code)]

mod document;
mod endpoint;
mod engine;
pub mod errors;
mod graphiql;
mod http;
pub mod limits;
mod params;
mod response;
mod router;
mod websocket;

pub use graphiql::Page;
pub use router::{router, serve};
