//! How many tokens a query has, how deep its brackets nest, and how long its names are: found without parsing it.
//!
//! The parser calls itself for each bracket that opens, and a stack that overflows ends the whole process. So this looks
//! at the text first, and counts every bracket outside of comments and strings.

use async_graphql::ServerError;

use crate::errors::{code, request_error};
use crate::limits::{MAX_NAME, MAX_NESTING, MAX_TOKENS};

pub(super) fn check(query: &str) -> Result<(), ServerError> {
    let refuse = |reason: String| Err(request_error(code::PARSE_FAILED, reason, None));
    let mut depth: usize = 0;
    for (before, token) in Tokens(query.as_bytes()).enumerate() {
        if before == MAX_TOKENS {
            return refuse(format!("the query has more than {MAX_TOKENS} tokens"));
        }
        match token {
            Token::Opening if depth == MAX_NESTING => {
                return refuse(format!("brackets nest more than {MAX_NESTING} deep"));
            }
            Token::Opening => depth += 1,
            Token::Closing => depth = depth.saturating_sub(1),
            Token::Word(length) if length > MAX_NAME => {
                return refuse(format!("a name has at most {MAX_NAME} characters"));
            }
            // The parser would read the quotes again, as strings that end sooner: what stands behind them must not
            // pass uncounted.
            Token::Endless => return refuse("a block string has no end".to_owned()),
            Token::Word(_) | Token::Other => {}
        }
    }
    Ok(())
}

enum Token {
    /// A bracket that opens.
    Opening,
    /// A bracket that closes.
    Closing,
    /// A name, a keyword, or the digits of a number, with its length.
    Word(usize),
    /// A block string without an end.
    Endless,
    /// A string, or a mark of punctuation.
    Other,
}

/// The tokens of what is left of a text.
struct Tokens<'a>(&'a [u8]);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            return Some(match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => continue,
                b'#' => {
                    self.0 = skip_line(rest);
                    continue;
                }
                b'{' | b'[' | b'(' => Token::Opening,
                b'}' | b']' | b')' => Token::Closing,
                b'"' => self.string(),
                b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => self.word(),
                _ => Token::Other,
            });
        }
    }
}

impl Tokens<'_> {
    /// A string whose first quote was taken.
    fn string(&mut self) -> Token {
        let behind = match self.0.strip_prefix(b"\"\"") {
            None => Some(skip_string(self.0)),
            Some(block) => skip_block_string(block),
        };
        self.0 = behind.unwrap_or_default();
        behind.map_or(Token::Endless, |_| Token::Other)
    }

    /// A word whose first byte was taken.
    fn word(&mut self) -> Token {
        let more = self.0.iter().take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric()).count();
        self.0 = &self.0[more..];
        Token::Word(1 + more)
    }
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

    #[test]
    fn tokens_count_and_what_stands_between_them_does_not() {
        for token in ["a ", "@", "\"x\"", "\"\"\"x\"\"\" ", "1,", "$", "[]"] {
            let each = if token == "[]" { 2 } else { 1 };
            check(&token.repeat(MAX_TOKENS / each)).unwrap();
            assert!(check(&token.repeat(MAX_TOKENS / each + 1)).is_err(), "{token}");
        }
        check(&" ,\n# a comment\n".repeat(MAX_TOKENS)).unwrap();
    }

    #[test]
    fn a_name_has_a_longest_length() {
        check(&"a".repeat(MAX_NAME)).unwrap();
        assert!(check(&format!("{{a:{}}}", "b".repeat(MAX_NAME + 1))).is_err());
        check(&format!("\"{0}\" # {0}", "b".repeat(MAX_NAME + 1))).unwrap();
    }
}
