//! Every limit, with its reason.

use std::time::Duration;

/// The longest body of a request, in bytes. A book with the longest title takes 2.5 KiB when every character of it is
/// escaped.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// The most faults that one answer tells. A body full of unknown members would otherwise be answered with twenty times its
/// length.
pub const MAX_ERRORS: usize = 10;

/// How often a stream of changes says that it is still there. Proxies give up on an answer that is silent for a minute;
/// and only what is written finds out that the reader has gone.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
