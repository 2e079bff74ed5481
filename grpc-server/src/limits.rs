//! The limits of this API, each with its reason. Those of connections are in [`hardening_http::limits`].

/// The longest request message, in bytes, unpacked. The longest that makes sense is an update with a title of 200
/// characters and a mask: less than 1 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// The shortest page of books that is compressed, in bytes, for a client that takes gzip. Here it saves a tenth; a page
/// of less than 170 bytes it would make longer.
pub const MIN_GZIP_BYTES: usize = 256;

/// How many characters of a client's own text an error tells back. Errors travel as headers, and clients may refuse
/// more than 8 KiB of those.
pub const MAX_ECHO: usize = 40;

/// How many characters an error has of what tonic found: its own words, and in them the client's, for the same reason.
pub const MAX_FOUND: usize = 200;

/// How many faults of one field mask an error tells, for the same reason.
pub const MAX_FAULTS: usize = 5;
