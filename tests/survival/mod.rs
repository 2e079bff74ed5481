//! Tests with hostile and slow clients, and of limits, panics and memory use.

pub(crate) mod deadlines;
pub(crate) mod endings;
pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod panics;
pub(crate) mod signals;
