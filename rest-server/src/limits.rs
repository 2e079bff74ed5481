//! The limits of this API, each with its reason.

/// Maximum size of a request body, in bytes. A book with the longest title, with every character escaped, takes 2.5 KiB.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
