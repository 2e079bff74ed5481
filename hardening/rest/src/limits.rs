//! Limits of responses, each with its reason.

use std::time::Duration;

/// Maximum number of field errors in a response. Otherwise, a request body full of unknown fields would cause
/// a response twenty times as long as the body.
pub const MAX_ERRORS: usize = 10;

/// Interval between the comments that keep an event stream alive. Proxies close a response that is silent for
/// a minute, and the server notices a disconnected client only when it writes.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
