//! The recorder's locks, atomics and threads: those of std, or of a model checker that runs every order of their steps.

#[cfg(not(all(test, model)))]
pub(crate) use std::{sync::*, thread, thread_local};

#[cfg(all(test, model))]
pub(crate) use modelled::*;

#[cfg(all(test, model))]
mod modelled {
    pub(crate) use shuttle::{sync::*, thread_local};
    // Both never block.
    pub(crate) use std::sync::OnceLock;

    pub(crate) mod thread {
        use std::num::NonZeroUsize;
        use std::time::Duration;

        pub(crate) use shuttle::thread::*;

        /// Lets the others run: shuttle's own only offers to.
        pub(crate) fn sleep(_: Duration) {
            yield_now();
        }

        /// Two shards, on any machine.
        pub(crate) fn available_parallelism() -> std::io::Result<NonZeroUsize> {
            Ok(NonZeroUsize::MIN.saturating_add(1))
        }
    }
}
