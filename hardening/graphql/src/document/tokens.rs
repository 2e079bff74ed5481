//! Limits on the text of a query, checked without parsing it.
//!
//! async-graphql's parser is recursive: it builds lists, objects and types with one stack frame per bracket, and a
//! stack overflow ends the process. With a stack of 2 MiB, async-graphql-parser 7.2.1 overflows at 400 levels in a
//! debug build and at 1,300 in a release build. The stack guard that pest has since 2.9.3 covers only the matching of
//! the text, and not the building of the tree.

use async_graphql::ServerError;

use crate::errors::{code, request_error};
use crate::limits::{MAX_NAME, MAX_NESTING, MAX_TOKENS};

/// Fails if the text has too many tokens, too deeply nested brackets, too long a name, or an unclosed block
/// string.
pub(super) fn check(query: &str) -> Result<(), ServerError> {
    let error = |message: String| Err(request_error(code::PARSE_FAILED, message, None));
    let mut depth: usize = 0;
    for (index, token) in Tokens(query.as_bytes()).enumerate() {
        if index == MAX_TOKENS {
            return error(format!("the query has more than {MAX_TOKENS} tokens"));
        }
        match token {
            Token::Opening if depth == MAX_NESTING => {
                return error(format!("brackets nest more than {MAX_NESTING} levels deep"));
            }
            Token::Opening => depth += 1,
            Token::Closing => depth = depth.saturating_sub(1),
            Token::Word(length) if length > MAX_NAME => {
                return error(format!("a name has more than {MAX_NAME} characters"));
            }
            // The parser would read the three quotes as an empty string and a quote. The tokens after them
            // would not be counted here.
            Token::UnclosedBlockString => return error("a block string is not closed".to_owned()),
            Token::Word(_) | Token::Other => {}
        }
    }
    Ok(())
}

enum Token {
    /// An opening bracket of any kind.
    Opening,
    /// A closing bracket of any kind.
    Closing,
    /// A name, a keyword or the digits of a number, with its length.
    Word(usize),
    UnclosedBlockString,
    /// A string or a punctuator.
    Other,
}

/// Iterator over the tokens of a query. Skips comments and white space.
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
                    self.0 = after_line(rest);
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
    /// Skips the rest of a string, whose first quote has been read.
    fn string(&mut self) -> Token {
        let rest = match self.0.strip_prefix(b"\"\"") {
            None => Some(after_string(self.0)),
            Some(block) => after_block_string(block),
        };
        self.0 = rest.unwrap_or_default();
        rest.map_or(Token::UnclosedBlockString, |_| Token::Other)
    }

    /// Skips the rest of a word, whose first byte has been read.
    fn word(&mut self) -> Token {
        let rest = self.0.iter().take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric()).count();
        self.0 = &self.0[rest..];
        Token::Word(1 + rest)
    }
}

/// Returns the text that follows a comment.
fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &text[end..])
}

/// Returns the text that follows a string. An unclosed string ends with its line; the parser will report it.
fn after_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [] | [b'\n' | b'\r', ..] => return text,
            [b'\\', b'"' | b'\\', rest @ ..] => rest,
            [b'"', rest @ ..] => return rest,
            [_, rest @ ..] => rest,
        };
    }
}

/// Returns the text that follows a block string, or `None` if the block string is not closed.
fn after_block_string(mut text: &[u8]) -> Option<&[u8]> {
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
    fn deeply_nested_brackets_are_refused() {
        for opening in ["[", "{", "(", "{a(b:[", "[\n#]\n", "[\"]\"", "[\"\\\"]\"", "[\"\"\"]\\\"\"\"]\"\"\""]
        {
            assert!(check(&deep(opening)).is_err(), "{opening}");
        }
        check(&"[".repeat(MAX_NESTING)).unwrap();
        check(&"[]".repeat(1000)).unwrap();
    }

    #[test]
    fn brackets_in_strings_and_comments_are_ignored() {
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
    fn brackets_after_unclosed_string_are_counted() {
        let brackets = deep("[");
        assert!(check(&format!("{{a(b:\"\n{brackets}")).is_err());
        assert!(check(&format!("{{a(b:[\"\"\"x\" {brackets}")).is_err());
        assert!(check(&format!("{{a(b:\"\" c:{brackets}")).is_err());
    }

    #[test]
    fn white_space_is_not_counted_as_tokens() {
        for token in ["a ", "@", "\"x\"", "\"\"\"x\"\"\" ", "1,", "$", "[]"] {
            let tokens = if token == "[]" { 2 } else { 1 };
            check(&token.repeat(MAX_TOKENS / tokens)).unwrap();
            assert!(check(&token.repeat(MAX_TOKENS / tokens + 1)).is_err(), "{token}");
        }
        check(&" ,\n# a comment\n".repeat(MAX_TOKENS)).unwrap();
    }

    #[test]
    fn long_name_is_refused() {
        check(&"a".repeat(MAX_NAME)).unwrap();
        assert!(check(&format!("{{a:{}}}", "b".repeat(MAX_NAME + 1))).is_err());
        check(&format!("\"{0}\" # {0}", "b".repeat(MAX_NAME + 1))).unwrap();
    }
}
