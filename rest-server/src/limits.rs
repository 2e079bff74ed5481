//! The limits of this API, each with its reason.

/// Maximum size of a request body, in bytes. The longest valid body, with every character of its title
/// escaped, has 2.5 KiB.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
