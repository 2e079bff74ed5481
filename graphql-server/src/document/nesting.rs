//! How deep the brackets of a query nest, found without parsing it.
//!
//! The parser calls itself for each bracket that opens, and a stack that overflows ends the whole process. So this looks
//! at the text first, and counts every bracket outside of comments and strings.

use async_graphql::ServerError;

use crate::fault::{code, request_error};
use crate::limits::MAX_NESTING;

pub(super) fn check(query: &str) -> Result<(), ServerError> {
    let refuse = |reason: String| Err(request_error(code::PARSE_FAILED, reason, None));
    let mut rest = query.as_bytes();
    let mut depth: usize = 0;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > MAX_NESTING {
                    return refuse(format!("brackets nest more than {MAX_NESTING} deep"));
                }
                after
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                after
            }
            b'#' => skip_line(after),
            b'"' => match after.strip_prefix(b"\"\"") {
                None => skip_string(after),
                Some(block) => match skip_block_string(block) {
                    Some(behind) => behind,
                    // The parser would read the quotes again, as strings that end sooner: what stands behind them
                    // must not pass uncounted.
                    None => return refuse("a block string has no end".to_owned()),
                },
            },
            _ => after,
        };
    }
    Ok(())
}

/// What stands behind a comment: it ends with its line.
fn skip_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &text[end..])
}

/// What stands behind a string. One without an end is an error to the parser, which stops within its line.
fn skip_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [] | [b'\n' | b'\r', ..] => return text,
            [b'\\', b'"' | b'\\', rest @ ..] => rest,
            [b'"', rest @ ..] => return rest,
            [_, rest @ ..] => rest,
        };
    }
}

/// What stands behind a block string, `None` when it has no end.
fn skip_block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [] => return None,
            [b'\\', b'"', b'"', b'"', rest @ ..] => rest,
            [b'"', b'"', b'"', rest @ ..] => return Some(rest),
            [_, rest @ ..] => rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(opening: &str) -> String {
        opening.repeat(MAX_NESTING + 1)
    }

    #[test]
    fn brackets_count_wherever_the_parser_sees_them() {
        for opening in ["[", "{", "(", "{a(b:[", "[\n#]\n", "[\"]\"", "[\"\\\"]\"", "[\"\"\"]\\\"\"\"]\"\"\""]
        {
            assert!(check(&deep(opening)).is_err(), "{opening}");
        }
        check(&"[".repeat(MAX_NESTING)).unwrap();
        check(&"[]".repeat(1000)).unwrap();
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = deep("[");
        for query in [
            format!("{{a(b:\"{brackets}\")}}"),
            format!("{{a(b:\"\\\"{brackets}\")}}"),
            format!("{{a(b:\"\\\\\", c:\"{brackets}\")}}"),
            format!("{{a(b:\"\"\"\"{brackets}\n\\\"\"\"{brackets}\"\"\")}}"),
            format!("{{a}} # {brackets}"),
        ] {
            check(&query).unwrap();
        }
    }

    #[test]
    fn nothing_hides_behind_a_string_without_an_end() {
        let brackets = deep("[");
        assert!(check(&format!("{{a(b:\"\n{brackets}")).is_err());
        assert!(check(&format!("{{a(b:[\"\"\"x\" {brackets}")).is_err());
        assert!(check(&format!("{{a(b:\"\" c:{brackets}")).is_err());
    }
}
