//! Tests of the whole service: HTTP without a network, WebSockets on a free port of the loopback interface.

mod authors;
mod before_title;
mod bodies;
mod client;
mod conflicts;
mod documents;
mod errors;
mod graphiql;
mod hostile;
mod http;
mod limits;
mod messages;
mod mutations;
mod panics;
mod queries;
mod schema;
mod skipping;
mod sse;
mod support;
mod websocket;
mod websocket_handshake;
mod websocket_rules;
mod websocket_shutdown;
