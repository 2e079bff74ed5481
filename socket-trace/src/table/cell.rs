//! One cell of a table.

use std::collections::BTreeMap;

use socket_tap::format::text::printable;

use super::markdown;
use crate::units::milliseconds;

/// Content of a cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// No value, shown as `–`.
    Nothing,
    /// A name from a trace. It is escaped in the output, since a trace may contain any text.
    Name(String),
    /// Text of this crate, e.g. `client 3, server 1`. It is not escaped.
    Words(String),
    Number(Number),
    /// Number of bytes to the server, and to the client, shown as `85 / 1204`.
    Directions(Number, Number),
    /// A time in nanoseconds.
    Time(i128),
}

impl Cell {
    pub(super) fn count(count: u64) -> Self {
        Self::Number(Number::count(count))
    }

    pub(super) fn time(ns: Option<u64>) -> Self {
        ns.map_or(Self::Nothing, |ns| Self::Time(ns.into()))
    }

    /// Returns a cell that lists names with their counts: `client 3, server 1`. If there is only one name,
    /// its count is omitted: `client`.
    pub(super) fn counts(counts: &BTreeMap<&'static str, u64>) -> Self {
        Self::Words(match counts.iter().collect::<Vec<_>>().as_slice() {
            [(name, _)] => (*name).to_string(),
            several => {
                several.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
            }
        })
    }

    /// Returns a cell that shows the change from the value of `before` to the value of this cell: `+2` from 3
    /// to 5.
    pub(super) fn change(&self, before: &Self) -> Self {
        match (before, self) {
            (Self::Number(before), Self::Number(after)) => Self::Words(after.minus(*before).signed()),
            (Self::Directions(out, back), Self::Directions(out_now, back_now)) => {
                let [out, back] = [out_now.minus(*out), back_now.minus(*back)].map(Number::signed);
                Self::Words(format!("{out} / {back}"))
            }
            (Self::Time(before), Self::Time(after)) if before == after => Self::Words("0".to_owned()),
            (Self::Time(before), Self::Time(after)) => {
                let sign = if after < before { "-" } else { "+" };
                Self::Words(format!("{sign}{}", milliseconds((after - before).abs())))
            }
            (Self::Words(before), Self::Words(after)) if before != after => {
                let or_dash =
                    |words: &str| if words.is_empty() { "–".to_owned() } else { words.to_owned() };
                Self::Words(format!("{} → {}", or_dash(before), or_dash(after)))
            }
            _ => Self::Words(String::new()),
        }
    }

    /// Formats the cell for a terminal. In a cell such as `85 / 1204`, the number after the `/` is
    /// right-aligned to `width` characters.
    pub(super) fn text(&self, width: usize) -> String {
        match self {
            Self::Nothing => "–".to_owned(),
            Self::Name(name) => printable(name),
            Self::Words(words) => words.clone(),
            Self::Number(number) => number.to_string(),
            Self::Directions(out, back) => format!("{out} / {:>width$}", back.to_string()),
            Self::Time(ns) => milliseconds(*ns),
        }
    }

    /// Formats the cell as Markdown.
    pub(super) fn markdown(&self) -> String {
        match self {
            Self::Name(name) => markdown::code(name),
            other => other.text(0),
        }
    }

    /// Returns the number of characters after the `/` in a cell such as `85 / 1204` (4 for this one); 0 for
    /// any other cell.
    pub(super) fn right_width(&self) -> usize {
        match self {
            Self::Directions(_, back) => back.to_string().len(),
            _ => 0,
        }
    }
}

/// A count, or a mean of counts: `7`, `7.1`, `16`. A mean below 10 is shown with one decimal place, unless
/// this digit is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    tenths: i128,
}

impl Number {
    pub(super) fn count(count: u64) -> Self {
        Self { tenths: i128::from(count) * 10 }
    }

    /// Returns the mean `sum / count`, rounded to a tenth if below 10, else to an integer; 0 if `count` is 0.
    pub(super) fn mean(sum: u64, count: u64) -> Self {
        let (sum, count) = (i128::from(sum), i128::from(count.max(1)));
        let tenths = (sum * 10 + count / 2) / count;
        if tenths < 100 { Self { tenths } } else { Self { tenths: (sum + count / 2) / count * 10 } }
    }

    fn minus(self, other: Self) -> Self {
        Self { tenths: self.tenths - other.tenths }
    }

    fn signed(self) -> String {
        if self.tenths > 0 { format!("+{self}") } else { self.to_string() }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.tenths < 0 { "-" } else { "" };
        let tenths = self.tenths.abs();
        match (tenths / 10, tenths % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, tenth) => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_averages_have_one_decimal_place() {
        for (sum, count, shown) in
            [(70, 10, "7"), (71, 10, "7.1"), (2, 3, "0.7"), (1, 100, "0"), (155, 10, "16"), (5, 0, "5")]
        {
            assert_eq!(Number::mean(sum, count).to_string(), shown);
        }
        assert_eq!(Number::count(u64::MAX).to_string(), u64::MAX.to_string());
    }

    #[test]
    fn differences_between_cells_have_a_sign() {
        let directions = |out, back| Cell::Directions(Number::count(out), Number::mean(back, 10));
        for (before, after, change) in [
            (Cell::count(3), Cell::count(5), "+2"),
            (Cell::count(5), Cell::count(3), "-2"),
            (Cell::count(5), Cell::count(5), "0"),
            (directions(10, 99), directions(7, 100), "-3 / +0.1"),
            (Cell::Time(2_000_000), Cell::Time(1_500_000), "-0.500 ms"),
            (Cell::Words("client".to_owned()), Cell::Words("server".to_owned()), "client → server"),
            (Cell::Words("client".to_owned()), Cell::Words("client".to_owned()), ""),
            (Cell::Nothing, Cell::Time(1), ""),
        ] {
            assert_eq!(after.change(&before).text(0), change);
        }
    }
}
