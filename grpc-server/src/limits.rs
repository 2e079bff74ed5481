//! Limits of this API, each with its reason.
//!
//! [`hardening_http::limits`] has those of connections, [`hardening_grpc::limits`] those of error texts.

/// Largest request message in bytes, after decompression. A valid one, an update with a title of 200 characters and a
/// mask, is shorter than 1 KiB.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// Smallest page of books in bytes to compress. At this size gzip saves a tenth; below 170 bytes it adds bytes.
pub const MIN_GZIP_BYTES: usize = 256;
