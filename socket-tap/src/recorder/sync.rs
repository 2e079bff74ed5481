//! Locks, atomics and threads of the recorder: those of std, or those of a model checker that runs many interleavings.

#[cfg(not(all(test, model)))]
pub(crate) use std::{sync::*, thread, thread_local};

#[cfg(all(test, model))]
pub(crate) use modelled::*;

#[cfg(all(test, model))]
mod modelled {
    pub(crate) use shuttle::{sync::*, thread_local};
    // Neither of them blocks.
    pub(crate) use std::sync::OnceLock;

    pub(crate) mod thread {
        use std::num::NonZeroUsize;
        use std::time::Duration;

        pub(crate) use shuttle::thread::*;

        /// Runs the other threads. shuttle's own `sleep` only permits it.
        pub(crate) fn sleep(_: Duration) {
            yield_now();
        }

        /// Two shards, on any machine.
        pub(crate) fn available_parallelism() -> std::io::Result<NonZeroUsize> {
            Ok(NonZeroUsize::MIN.saturating_add(1))
        }
    }
}
