//! Locks, atomics and threads for the recorder. They are from std; only tests built with `cfg(model)` use
//! those of the model checker shuttle.

#[cfg(not(all(test, model)))]
pub(crate) use std::{sync::*, thread, thread_local};

#[cfg(all(test, model))]
pub(crate) use modelled::*;

#[cfg(all(test, model))]
mod modelled {
    pub(crate) use shuttle::{sync::*, thread_local};
    // Only `get` and `set` are used, which never block.
    pub(crate) use std::sync::OnceLock;

    pub(crate) mod thread {
        use std::num::NonZeroUsize;
        use std::time::Duration;

        pub(crate) use shuttle::thread::*;

        /// Lets the other threads run. The `sleep` of shuttle does not guarantee that.
        pub(crate) fn sleep(_: Duration) {
            yield_now();
        }

        /// Returns 2 on any machine, so that the modelled recorder has two shards.
        pub(crate) fn available_parallelism() -> std::io::Result<NonZeroUsize> {
            Ok(NonZeroUsize::MIN.saturating_add(1))
        }
    }
}
