//! The memory that open bodies use for decompression.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Maximum number of bytes that the open bodies of a recording hold together.
const MAX_HELD: u64 = 256 * 1024 * 1024;

/// The memory that the open bodies of a recording share.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<AtomicU64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(MAX_HELD)))
    }
}

/// The part of a budget that one body holds. Dropping it returns the part.
#[derive(Debug, Default)]
pub(super) struct Reservation {
    held: u64,
    budget: Option<Budget>,
}

impl Reservation {
    /// Makes `bytes` the size of the reservation, unless it is larger. Returns `false` if the budget does not suffice.
    pub(super) fn grow_to(&mut self, bytes: u64, budget: &Budget) -> bool {
        let Some(more) = bytes.checked_sub(self.held) else { return true };
        let budget = self.budget.get_or_insert_with(|| budget.clone());
        let is_reserved = budget.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(more)).is_ok();
        self.held += if is_reserved { more } else { 0 };
        is_reserved
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.0.fetch_add(self.held, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_reservation_is_available_again() {
        let budget = Budget::default();
        let [mut one, mut other] = [(); 2].map(|()| Reservation::default());
        assert!(one.grow_to(MAX_HELD - 2, &budget) && one.grow_to(1, &budget));
        assert!(other.grow_to(2, &budget) && !other.grow_to(3, &budget));
        drop(one);
        assert!(other.grow_to(MAX_HELD, &budget));
    }
}
