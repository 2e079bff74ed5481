//! Values by name, in the order in which the names come first. A trace may name any number of things.

use std::collections::HashMap;

/// How many names are told apart.
pub(crate) const MOST: usize = 1_000;

/// Values by name. From the thousandth name on, all new ones share one value.
#[derive(Debug)]
pub(crate) struct ByName<T> {
    values: Vec<T>,
    by_name: HashMap<String, usize>,
    /// What those that are not told apart are called.
    others: &'static str,
}

impl<T> ByName<T> {
    pub(crate) fn new(others: &'static str) -> Self {
        Self { values: Vec::new(), by_name: HashMap::new(), others }
    }

    /// Where the value of that name is. It is made when there is none yet.
    pub(crate) fn index(&mut self, name: &str, new: impl FnOnce(String) -> T) -> usize {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        if self.values.len() < MOST {
            return self.push(name, new);
        }
        match self.by_name.get(self.others) {
            Some(index) => *index,
            None => self.push(self.others, new),
        }
    }

    fn push(&mut self, name: &str, new: impl FnOnce(String) -> T) -> usize {
        self.values.push(new(name.to_owned()));
        self.by_name.insert(name.to_owned(), self.values.len() - 1);
        self.values.len() - 1
    }

    /// The value there.
    pub(crate) fn at(&mut self, index: usize) -> &mut T {
        &mut self.values[index]
    }

    /// All, in order.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_a_thousand_names_the_rest_share_one() {
        let mut counts: ByName<(String, u64)> = ByName::new("the rest");
        for number in (0..MOST + 50).chain(0..MOST + 50) {
            let index = counts.index(&format!("name {number}"), |name| (name, 0));
            counts.at(index).1 += 1;
        }
        let counts = counts.into_values();
        assert_eq!(counts.len(), MOST + 1);
        assert_eq!(counts[7], ("name 7".to_owned(), 2));
        assert_eq!(counts[MOST], ("the rest".to_owned(), 100));
    }
}
