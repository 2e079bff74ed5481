//! A map that keeps insertion order and has a limited number of keys.

use std::collections::HashMap;

/// Maximum number of distinct keys in a map. It is limited because keys are names from a trace, which may
/// contain any number of them.
pub(super) const MAX_KEYS: usize = 1_000;

/// A map that keeps insertion order. Once it has [`MAX_KEYS`] keys, all further keys share one value.
#[derive(Debug)]
pub(super) struct CappedMap<T> {
    values: Vec<T>,
    indexes: HashMap<String, usize>,
    /// Name of the value that all keys beyond the limit share, e.g. `other steps`.
    overflow_key: &'static str,
}

impl<T> CappedMap<T> {
    pub(super) fn new(overflow_key: &'static str) -> Self {
        Self { values: Vec::new(), indexes: HashMap::new(), overflow_key }
    }

    /// Returns the index of the value of `key`. If the key is missing, inserts the value that `new` returns.
    pub(super) fn index(&mut self, key: &str, new: impl FnOnce(String) -> T) -> usize {
        if let Some(index) = self.indexes.get(key) {
            return *index;
        }
        if self.values.len() < MAX_KEYS {
            return self.push(key, new);
        }
        match self.indexes.get(self.overflow_key) {
            Some(index) => *index,
            None => self.push(self.overflow_key, new),
        }
    }

    fn push(&mut self, key: &str, new: impl FnOnce(String) -> T) -> usize {
        self.values.push(new(key.to_owned()));
        self.indexes.insert(key.to_owned(), self.values.len() - 1);
        self.values.len() - 1
    }

    /// Returns the value at an index that [`index`](Self::index) returned.
    ///
    /// # Panics
    /// If another map returned the index, and it is out of range in this map.
    pub(super) fn at(&mut self, index: usize) -> &mut T {
        &mut self.values[index]
    }

    /// Returns all values in insertion order.
    pub(super) fn into_values(self) -> Vec<T> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_beyond_max_keys_are_counted_together() {
        let mut counts: CappedMap<(String, u64)> = CappedMap::new("the rest");
        for number in (0..MAX_KEYS + 50).chain(0..MAX_KEYS + 50) {
            let index = counts.index(&format!("name {number}"), |name| (name, 0));
            counts.at(index).1 += 1;
        }
        let counts = counts.into_values();
        assert_eq!(counts.len(), MAX_KEYS + 1);
        assert_eq!(counts[7], ("name 7".to_owned(), 2));
        assert_eq!(counts[MAX_KEYS], ("the rest".to_owned(), 100));
    }
}
