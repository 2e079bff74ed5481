//! The median of a bounded sample of times.

/// Maximum number of times that are kept. Later times are ignored.
const MAX_SAMPLES: usize = 1_024;

/// The median of the first [`MAX_SAMPLES`] times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Median(Vec<u64>);

impl Median {
    /// Adds a time. `None` is ignored.
    pub(super) fn add(&mut self, time: Option<u64>) {
        if self.0.len() < MAX_SAMPLES {
            self.0.extend(time);
        }
    }

    /// Returns the median. For an even number of times, the upper of the two middle times.
    pub(super) fn get(&self) -> Option<u64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(times: impl IntoIterator<Item = u64>) -> Option<u64> {
        let mut median = Median::default();
        times.into_iter().for_each(|time| median.add(Some(time)));
        median.get()
    }

    #[test]
    fn median_of_even_count_is_the_upper_middle() {
        assert_eq!(median([]), None);
        assert_eq!(median([7]), Some(7));
        assert_eq!(median([9, 1, 5]), Some(5));
        assert_eq!(median([9, 1, 5, 7]), Some(7));
    }

    #[test]
    fn median_ignores_samples_beyond_max_samples() {
        assert_eq!(median((0..MAX_SAMPLES as u64).map(|_| 1).chain((0..10_000).map(|_| 2))), Some(1));
    }
}
