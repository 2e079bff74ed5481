//! Limits of this API, each with its reason.
//!
//! [`hardening_http::limits`] limits connections, and [`hardening_grpc::limits`] the length of errors.

/// Maximum size of a request message in bytes, after decompression. The longest valid message, an update with
/// a title of 200 characters, is shorter than 1 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Minimum size in bytes at which a page of books is compressed. gzip makes a page of this size a tenth
/// shorter, but a page of less than 170 bytes longer.
pub const MIN_GZIP_BYTES: usize = 256;
