//! The service from the outside: over HTTP without a network, over WebSockets on a free port of the loopback.

mod authors;
mod bodies;
mod graphiql;
mod client;
mod schema;
mod errors;
mod sse;
mod hostile;
mod http;
mod limits;
mod conflicts;
mod panics;
mod queries;
mod skipping;
mod websocket;
mod websocket_handshake;
mod websocket_rules;
mod websocket_shutdown;
mod support;
mod before_title;
mod mutations;
