//! Limits, each with its reason.

use std::time::Duration;

/// Maximum number of field errors in one response. Without it, a body full of unknown fields would cause a response twenty
/// times its size.
pub const MAX_ERRORS: usize = 10;

/// Interval of the comments that keep an event stream alive. Proxies close a response that is silent for a minute, and the
/// server notices a disconnected client only when it writes.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
