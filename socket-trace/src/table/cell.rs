//! What stands in one place of a table.

use std::collections::BTreeMap;

use socket_tap::format::text::printable;

use super::markdown;

/// What stands in one place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing is known, or there is nothing to say.
    Nothing,
    /// A name that comes from a trace.
    Name(String),
    /// Words of ours.
    Words(String),
    Number(Number),
    /// Bytes to the server, and to the client.
    Ways(Number, Number),
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

    /// `client`, or `client 3, server 1`.
    pub(super) fn who(counts: &BTreeMap<&'static str, u64>) -> Self {
        Self::Words(match counts.iter().collect::<Vec<_>>().as_slice() {
            [(who, _)] => (*who).to_string(),
            several => {
                several.iter().map(|(who, count)| format!("{who} {count}")).collect::<Vec<_>>().join(", ")
            }
        })
    }

    /// What has changed from `before` to this.
    pub(super) fn change(&self, before: &Self) -> Self {
        match (before, self) {
            (Self::Number(before), Self::Number(after)) => Self::Words(after.minus(*before).signed()),
            (Self::Ways(out, back), Self::Ways(out_now, back_now)) => {
                let [out, back] = [out_now.minus(*out), back_now.minus(*back)].map(Number::signed);
                Self::Words(format!("{out} / {back}"))
            }
            (Self::Time(before), Self::Time(after)) if before == after => Self::Words("0".to_owned()),
            (Self::Time(before), Self::Time(after)) => {
                let sign = if after < before { "-" } else { "+" };
                Self::Words(format!("{sign}{}", milliseconds((after - before).abs())))
            }
            (Self::Words(before), Self::Words(after)) if before != after => {
                let nothing =
                    |words: &str| if words.is_empty() { "–".to_owned() } else { words.to_owned() };
                Self::Words(format!("{} → {}", nothing(before), nothing(after)))
            }
            _ => Self::Words(String::new()),
        }
    }

    /// For a terminal; `width` is that of the widest number to the right of a `/` in its column.
    pub(super) fn text(&self, width: usize) -> String {
        match self {
            Self::Nothing => "–".to_owned(),
            Self::Name(name) => printable(name),
            Self::Words(words) => words.clone(),
            Self::Number(number) => number.to_string(),
            Self::Ways(out, back) => format!("{out} / {:>width$}", back.to_string()),
            Self::Time(ns) => milliseconds(*ns),
        }
    }

    /// For Markdown.
    pub(super) fn markdown(&self) -> String {
        match self {
            Self::Name(name) => markdown::code(name),
            other => other.text(0),
        }
    }

    /// The width of its number to the right of a `/`.
    pub(super) fn right_width(&self) -> usize {
        match self {
            Self::Ways(_, back) => back.to_string().len(),
            _ => 0,
        }
    }
}

fn milliseconds(ns: i128) -> String {
    let us = ns / 1_000;
    format!("{}.{:03} ms", us / 1_000, us % 1_000)
}

/// A count, or a mean of counts: a small one has a digit behind the point, when that is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    tenths: i128,
}

impl Number {
    pub(super) fn count(count: u64) -> Self {
        Self { tenths: i128::from(count) * 10 }
    }

    /// The mean, below 10 rounded to a tenth, else to a whole number. Of nothing, 0.
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
    fn means_have_a_digit_behind_the_point_when_it_says_something() {
        for (sum, count, shown) in
            [(70, 10, "7"), (71, 10, "7.1"), (2, 3, "0.7"), (1, 100, "0"), (155, 10, "16"), (5, 0, "5")]
        {
            assert_eq!(Number::mean(sum, count).to_string(), shown);
        }
        assert_eq!(Number::count(u64::MAX).to_string(), u64::MAX.to_string());
    }

    #[test]
    fn a_change_has_a_sign() {
        let ways = |out, back| Cell::Ways(Number::count(out), Number::mean(back, 10));
        for (before, after, change) in [
            (Cell::count(3), Cell::count(5), "+2"),
            (Cell::count(5), Cell::count(3), "-2"),
            (Cell::count(5), Cell::count(5), "0"),
            (ways(10, 99), ways(7, 100), "-3 / +0.1"),
            (Cell::Time(2_000_000), Cell::Time(1_500_000), "-0.500 ms"),
            (Cell::Words("client".to_owned()), Cell::Words("server".to_owned()), "client → server"),
            (Cell::Words("client".to_owned()), Cell::Words("client".to_owned()), ""),
            (Cell::Nothing, Cell::Time(1), ""),
        ] {
            assert_eq!(after.change(&before).text(0), change);
        }
    }
}
