//! Limits on the length of errors, each with its reason. [`hardening_http::limits`] has the limits of
//! connections.
//!
//! Errors are sent in headers, and a client may reject a response with more than 8 KiB of headers.

/// Maximum number of characters that an error quotes from a request.
pub const MAX_QUOTE_CHARS: usize = 40;

/// Maximum length in characters of an error message that tonic itself wrote. tonic quotes text from the
/// request in full.
pub const MAX_TONIC_CHARS: usize = 200;

/// Maximum number of violations that an error lists for one update mask.
pub const MAX_MASK_VIOLATIONS: usize = 5;
