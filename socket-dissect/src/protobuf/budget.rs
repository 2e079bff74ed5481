//! The memory that the values of a message may use.

/// Number of bytes that each value uses besides its text.
const VALUE: usize = 32;

/// Number of bytes of memory that the values of a message may still use.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(max: usize) -> Self {
        Self(max)
    }

    /// Counts a value with a text of this length. `None` if the budget does not suffice, also for all later values.
    pub(super) fn add(&mut self, text: usize) -> Option<()> {
        let left = self.0.checked_sub(text + VALUE);
        self.0 = left.unwrap_or_default();
        left.map(drop)
    }
}
