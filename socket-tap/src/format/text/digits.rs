//! Numbers as decimal digits, without an allocation: almost every line has three of them.

/// Maximum number of digits of a `u64`.
const MAX: usize = 20;

/// The decimal digits of a number.
pub(super) struct Digits {
    bytes: [u8; MAX],
    start: usize,
}

impl Digits {
    /// Returns the digits of `number`, with leading zeros if there are fewer than `min`, which is at most 20.
    pub(super) fn of(mut number: u64, min: usize) -> Self {
        let (mut bytes, mut start) = ([b'0'; MAX], MAX);
        while number > 0 {
            start -= 1;
            bytes[start] += (number % 10) as u8;
            number /= 10;
        }
        Self { bytes, start: start.min(MAX - min) }
    }

    /// Returns the digits as text.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for number in [0, 7, 10, 999_999, 1_000_000, u64::MAX] {
            for min in [1, 7, 20] {
                assert_eq!(Digits::of(number, min).as_str(), format!("{number:0min$}"));
            }
        }
    }
}
