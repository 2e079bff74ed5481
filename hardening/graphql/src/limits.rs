//! Every limit, with its reason.

use std::time::Duration;

/// The longest request, in bytes: the body of a POST, or a message on a WebSocket. The longest query of a common client,
/// for introspection, is about 2 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// How deep brackets may nest in the text of a query, and selections once fragments are filled in. The parser calls itself
/// for each level: an unlimited literal such as `[[[[…` ends the process with an overflowing stack.
pub const MAX_NESTING: usize = 32;

/// The most tokens in the text of a query: five for each field of [`MAX_SELECTIONS`]. An introspection query has about 200.
/// Parsing and checking take their time by the token, whatever it is: a directive, an argument, an element of a list.
pub const MAX_TOKENS: usize = 5_000;

/// The longest name, in bytes. An answer repeats an alias as often as there are books: one of 60 KiB would make megabytes
/// of every page.
pub const MAX_NAME: usize = 128;

/// The most fields and fragments that a query may select once its fragments are filled in. Fragments that use each other
/// twice double with every line: a kilobyte can stand for billions of fields. An introspection query selects about 250.
pub const MAX_SELECTIONS: usize = 1_000;

/// The most that a query may cost when each list of an introspection counts as often as this schema has elements for it.
/// The introspection query of common clients costs about 24,000. Types of fields of types of fields grow without an end.
pub const MAX_INTROSPECTION: usize = 30_000;

/// How deep fields may nest: exactly what the introspection query of common clients needs.
pub const MAX_DEPTH: usize = 15;

/// The most errors in an answer, as in graphql-js: a query can be wrong at each of its tokens.
pub const MAX_ERRORS: usize = 100;

/// The longest message of an error, in characters. It may name an id or a value of the request, whatever its length.
pub const MAX_MESSAGE: usize = 300;

/// How often a stream of server-sent events that is silent says, in a comment, that it is still there.
pub const EVENT_KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long a client of a WebSocket may take until its `connection_init`.
pub const INIT_TIMEOUT: Duration = Duration::from_secs(3);

/// How often a WebSocket is pinged. A client from which nothing came in between two pings is taken for gone, and a message
/// that is on its way from one to the next is not waited for: over HTTP a body has 10 seconds.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How long a client of a WebSocket may take to receive a message.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a client may take to answer the end of its WebSocket, before the connection is dropped.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The most operations that may run at once on one WebSocket.
pub const MAX_OPERATIONS: usize = 100;
