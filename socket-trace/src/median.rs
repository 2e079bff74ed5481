//! The median of times, of which there may be any number.

/// How many are kept: beyond it, the first ones stand for all.
const MOST: usize = 1_024;

/// Times whose median is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Median(Vec<u64>);

impl Median {
    /// Takes in one, when there is one.
    pub(crate) fn add(&mut self, time: Option<u64>) {
        if self.0.len() < MOST {
            self.0.extend(time);
        }
    }

    /// The one in the middle; the later of two.
    pub(crate) fn get(&self) -> Option<u64> {
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
    fn it_is_the_one_in_the_middle() {
        assert_eq!(median([]), None);
        assert_eq!(median([7]), Some(7));
        assert_eq!(median([9, 1, 5]), Some(5));
        assert_eq!(median([9, 1, 5, 7]), Some(7));
    }

    #[test]
    fn the_first_ones_stand_for_any_number() {
        assert_eq!(median((0..MOST as u64).map(|_| 1).chain((0..10_000).map(|_| 2))), Some(1));
    }
}
