//! Limits of requests, queries, responses and WebSockets, each with its reason.
//!
//! [`MAX_DEPTH`] limits the depth. The cost of fields depends on the schema, so each API sets its own limit
//! with `SchemaBuilder::limit_complexity`.

use std::time::Duration;

/// Maximum length in bytes of the body of a POST or of a WebSocket message. The longest query of common
/// clients, an introspection query, has about 2 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Maximum depth of nested brackets in the text of a query, and of nested selections after fragments are
/// expanded. The parser needs stack for each level: without a limit, `[[[[...` would overflow the stack and
/// end the process.
pub const MAX_NESTING: usize = 32;

/// Maximum number of tokens in a query: five times [`MAX_SELECTIONS`]. Each token takes time to parse and
/// validate, even outside of the selections: in a directive, an argument or a list. An introspection query
/// has about 200 tokens.
pub const MAX_TOKENS: usize = 5_000;

/// Maximum length of a name in bytes. A response repeats an alias for each object of a list: with an alias of
/// 60 KiB, a page of 100 objects would have 6 MB.
pub const MAX_NAME: usize = 128;

/// Maximum number of fields and fragments in a query after its fragments are expanded. If each fragment uses
/// the next one twice, each fragment doubles the number of fields: 1 KB of text can expand to billions of
/// fields. An introspection query has about 250 fields and fragments.
pub const MAX_SELECTIONS: usize = 1_000;

/// Maximum number of fields in the response to an introspection query, estimated for a schema with 30 types.
/// The number grows exponentially with the depth of the query. For the introspection query of common clients,
/// it is about 24,000.
pub const MAX_INTROSPECTION: usize = 30_000;

/// Maximum depth of nested fields. The introspection query of common clients has this depth.
pub const MAX_DEPTH: usize = 15;

/// Maximum number of errors in a response, as in graphql-js. Otherwise, each token of a query could cause an
/// error.
pub const MAX_ERRORS: usize = 100;

/// Maximum length of an error message in characters. Otherwise, a message could quote a value of any length
/// from the request.
pub const MAX_MESSAGE: usize = 300;

/// Time without an event after which an event stream sends a keep-alive comment.
pub const EVENT_KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Time for a WebSocket client to send `connection_init`.
pub const INIT_TIMEOUT: Duration = Duration::from_secs(3);

/// Interval between the pings that the server sends on a WebSocket. The connection is closed if nothing
/// arrives between two pings, or if a message that is incomplete at one ping is still incomplete at the next.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Time for a WebSocket client to read a message that the server sends.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// Time for the closing handshake of a WebSocket. After it, the connection is dropped.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Maximum number of concurrent operations on one WebSocket.
pub const MAX_OPERATIONS: usize = 100;
