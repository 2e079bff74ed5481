//! The JSON of well-known types: <https://protobuf.dev/programming-guides/json/>.
//!
//! `Any` is an object like other messages, because its bytes have a type that the contract may not contain.

/// The first and the last second of a `Timestamp`: the years 1 to 9999.
const TIMESTAMPS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// The largest number of seconds of a `Duration`, of both signs: about 10,000 years.
const MAX_DURATION: i64 = 315_576_000_000;
const SECONDS_OF_DAY: i64 = 86_400;

/// Returns the JSON of a message of the type with this full name. `None` if the type is not well-known, or its values have no
/// other form than an object. `values` returns the JSON of the values of the field with a number; an entry of a map is a name and
/// its value.
pub(super) fn json(name: &str, values: impl Fn(u32) -> Vec<String>) -> Option<String> {
    let integer = |number| {
        let last = values(number).pop();
        last.map_or(Some(0), |text: String| text.trim_matches('"').parse::<i64>().ok())
    };
    let last_or = |default: &str| values(1).pop().unwrap_or_else(|| default.to_owned());
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => timestamp(integer(1)?, integer(2)?)?,
        "Duration" => duration(integer(1)?, integer(2)?)?,
        "FieldMask" => field_mask(&values(1)),
        "Struct" => format!("{{{}}}", values(1).join(",")),
        "ListValue" => format!("[{}]", values(1).join(",")),
        // The first field is the null value.
        "Value" => (2..=6).find_map(|number| values(number).pop()).unwrap_or_else(|| "null".to_owned()),
        "BoolValue" => last_or("false"),
        "DoubleValue" | "FloatValue" | "Int32Value" | "UInt32Value" => last_or("0"),
        "Int64Value" | "UInt64Value" => last_or("\"0\""),
        "StringValue" | "BytesValue" => last_or("\"\""),
        _ => return None,
    })
}

/// Returns a time in the format of RFC 3339: `"2026-11-30T12:00:00.500Z"`.
fn timestamp(seconds: i64, nanos: i64) -> Option<String> {
    if !TIMESTAMPS.contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return None;
    }
    let (year, month, day) = date(seconds.div_euclid(SECONDS_OF_DAY));
    let second = seconds.rem_euclid(SECONDS_OF_DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = fraction(nanos);
    Some(format!("\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z\""))
}

/// Returns a duration in seconds: `"1.500s"`.
fn duration(seconds: i64, nanos: i64) -> Option<String> {
    let has_one_sign = seconds.signum() * nanos.signum() >= 0;
    if seconds.abs() > MAX_DURATION || nanos.abs() >= 1_000_000_000 || !has_one_sign {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    Some(format!("\"{sign}{}{}s\"", seconds.abs(), fraction(nanos.abs())))
}

/// Returns the digits after the second: none, or 3, 6 or 9.
fn fraction(nanos: i64) -> String {
    match nanos {
        0 => String::new(),
        _ if nanos % 1_000_000 == 0 => format!(".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => format!(".{:06}", nanos / 1_000),
        _ => format!(".{nanos:09}"),
    }
}

/// Returns the date of a day of the Gregorian calendar, counted from 1970-01-01. A year begins in March here, so that the leap
/// day is its last one.
fn date(day: i64) -> (i64, i64, i64) {
    // Days since 0000-03-01, in periods of 400 years.
    let day = day + 719_468;
    let (period, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, years) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (period * 400 + year + years, month, day)
}

/// Joins the paths of a mask, whose names JSON writes in camel case: `"title,authorId"`.
fn field_mask(paths: &[String]) -> String {
    let mut text = String::new();
    for path in paths {
        let mut is_upper = false;
        text.push_str(if text.is_empty() { "" } else { "," });
        for c in path.trim_matches('"').chars() {
            match c {
                '_' => is_upper = true,
                c if std::mem::take(&mut is_upper) => text.push(c.to_ascii_uppercase()),
                c => text.push(c),
            }
        }
    }
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the JSON of a message of this type with two fields.
    fn of(name: &str, first: &[&str], second: &[&str]) -> Option<String> {
        let values = |number| {
            let values = if number == 1 {
                first
            } else if number == 2 {
                second
            } else {
                &[]
            };
            values.iter().map(|value| (*value).to_owned()).collect()
        };
        json(&format!("google.protobuf.{name}"), values)
    }

    #[test]
    fn timestamp_has_the_format_of_rfc_3339() {
        let cases = [
            (&["\"0\""][..], &[][..], "1970-01-01T00:00:00Z"),
            (&["\"951782400\""], &["500000000"], "2000-02-29T00:00:00.500Z"),
            (&["\"1796078808\""], &["1000"], "2026-11-30T22:46:48.000001Z"),
            (&["\"-1\""], &["1"], "1969-12-31T23:59:59.000000001Z"),
            (&["\"-62135596800\""], &[], "0001-01-01T00:00:00Z"),
            (&["\"253402300799\""], &[], "9999-12-31T23:59:59Z"),
        ];
        for (seconds, nanos, expected) in cases {
            assert_eq!(of("Timestamp", seconds, nanos), Some(format!("\"{expected}\"")));
        }
        for (seconds, nanos) in [("253402300800", "0"), ("0", "-1"), ("0", "1000000000")] {
            assert_eq!(of("Timestamp", &[seconds], &[nanos]), None, "{seconds} {nanos}");
        }
    }

    #[test]
    fn duration_is_a_number_of_seconds() {
        assert_eq!(of("Duration", &["\"1\""], &["500000000"]).as_deref(), Some("\"1.500s\""));
        assert_eq!(of("Duration", &[], &["-1"]).as_deref(), Some("\"-0.000000001s\""));
        assert_eq!(of("Duration", &["\"1\""], &["-1"]), None);
    }

    #[test]
    fn other_types_are_their_values() {
        assert_eq!(
            of("FieldMask", &["\"title\"", "\"author_id\""], &[]).as_deref(),
            Some("\"title,authorId\"")
        );
        assert_eq!(of("Struct", &["\"a\":1", "\"b\":null"], &[]).as_deref(), Some("{\"a\":1,\"b\":null}"));
        assert_eq!(of("Value", &[], &["1.5"]).as_deref(), Some("1.5"));
        assert_eq!(of("Value", &["\"NULL_VALUE\""], &[]).as_deref(), Some("null"));
        assert_eq!(of("StringValue", &["\"a\""], &[]).as_deref(), Some("\"a\""));
        assert_eq!(of("Int64Value", &[], &[]).as_deref(), Some("\"0\""));
        assert_eq!(of("Any", &["\"a\""], &[]), None);
    }
}
