//! Limits of error texts, each with its reason. [`hardening_http::limits`] has those of connections.
//!
//! Errors travel in headers, and clients may reject more than 8 KiB of them.

/// Characters of a client's own text that an error quotes.
pub const MAX_QUOTE_CHARS: usize = 40;

/// Characters of a message by tonic that an error keeps; tonic quotes the client's text in full.
pub const MAX_TONIC_CHARS: usize = 200;

/// Violations of one field mask that an error lists.
pub const MAX_MASK_VIOLATIONS: usize = 5;
