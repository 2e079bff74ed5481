//! Values of rows and parameters, and names of columns.

use std::fmt::Write as _;

use super::super::text::short_bytes;
use super::fields::Fields;

/// Once the text of a list has this many bytes, no further elements are added.
const MAX_LIST: usize = 80;
/// Maximum length in bytes of a binary value that is shown.
const MAX_BINARY: usize = 8;
/// Number of bytes after the name of a column in a `RowDescription`.
const COLUMN: usize = 18;

/// Returns up to `count` values as a list: `15, UNIX, NULL`.
pub(super) fn values(fields: &mut Fields<'_>, count: u16) -> String {
    list(count, || {
        let length = fields.int32()?;
        match usize::try_from(length) {
            Ok(length) => fields.bytes(length).map(value),
            Err(_) => Some("NULL".to_owned()),
        }
    })
}

/// Returns the names of up to `count` columns as a list.
pub(super) fn columns(fields: &mut Fields<'_>, count: u16) -> String {
    list(count, || {
        let name = fields.string()?;
        fields.bytes(COLUMN)?;
        Some(short_bytes(name, false))
    })
}

/// Returns a list of up to `count` elements. An ellipsis stands for the rest if the list is long or the next
/// element is missing.
fn list(count: u16, mut next: impl FnMut() -> Option<String>) -> String {
    let mut list = String::new();
    for index in 0..count {
        let element = next().filter(|_| list.len() < MAX_LIST);
        if index > 0 {
            list.push_str(", ");
        }
        let Some(element) = element else {
            list.push('…');
            break;
        };
        list.push_str(&element);
    }
    list
}

/// Returns a value as text, or in hexadecimal digits if it is short and binary.
fn value(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => short_bytes(bytes, false),
        Err(_) | Ok(_) if bytes.len() <= MAX_BINARY => {
            let mut digits = "0x".to_owned();
            for byte in bytes {
                // Writing to a `String` cannot fail.
                let _ = write!(digits, "{byte:02x}");
            }
            digits
        }
        Ok(_) => short_bytes(bytes, false),
        Err(_) => format!("{} B", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_text_hex_or_null() {
        let body = b"\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\x02\0\x0f\0\0\0\x09\xff--------\0\0\0\0\0\0\0\x09-";
        let values = |count| values(&mut Fields::new(body), count);
        assert_eq!(values(5), "ab, NULL, 0x000f, 9 B, ");
        assert_eq!(values(6), "ab, NULL, 0x000f, 9 B, , …");
        assert_eq!(values(0), "");
    }

    #[test]
    fn length_of_a_value_list_is_bounded() {
        let body = b"\0\0\0\x02ab".repeat(1_000);
        let list = values(&mut Fields::new(&body), 1_000);
        assert!(list.len() < MAX_LIST + 10 && list.ends_with(", …"), "{list}");
    }
}
