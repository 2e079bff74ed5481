//! Removes from a `.proto` what formatting messages does not need: options, and reserved and extension ranges.
//!
//! The parser knows `proto2` and `proto3` only, and not all of their newer options. For the text of a message, an edition
//! differs from `proto3` in nothing but its options: a group is recognized by its bytes, and a default value is never on the
//! wire. So a file of an edition becomes one of `proto3`.

/// Returns `source` without its options, in a syntax that the parser knows. Lines keep their numbers.
pub(super) fn essentials(source: &str) -> String {
    let mut rewriter = Rewriter { rest: source, out: String::with_capacity(source.len()) };
    rewriter.rewrite();
    rewriter.out
}

struct Rewriter<'a> {
    rest: &'a str,
    out: String,
}

impl<'a> Rewriter<'a> {
    fn rewrite(&mut self) {
        let mut begins_statement = true;
        while let Some(token) = self.token() {
            match token {
                _ if is_blank(token) => self.blank(token),
                "[" => self.drop_up_to("]", token),
                "edition" if begins_statement && self.is_followed_by(&["="]) => {
                    self.out.push_str("syntax = \"proto3\";");
                    self.drop_up_to(";", "");
                    continue;
                }
                "option" | "reserved" | "extensions" if begins_statement => {
                    self.drop_up_to(";", token);
                    continue;
                }
                // Since the edition 2024, an import can be of options only, and a type can have a visibility.
                "import" if begins_statement && self.is_followed_by(&["option"]) => {
                    self.drop_up_to(";", token);
                    continue;
                }
                "export" | "local" if begins_statement && self.is_followed_by(&["message ", "enum "]) => {
                    self.blank(token);
                    continue;
                }
                token => {
                    self.out.push_str(token);
                    begins_statement = matches!(token, ";" | "{" | "}");
                }
            }
        }
    }

    fn is_followed_by(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.rest.trim_start().starts_with(word))
    }

    /// Removes and returns the next token: a comment, white space, a string, a word or another character.
    fn token(&mut self) -> Option<&'a str> {
        let rest = self.rest;
        let first = rest.chars().next()?;
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '\'' => string_length(rest, first),
            c if c.is_whitespace() => length_while(rest, char::is_whitespace),
            c if is_word(c) => length_while(rest, is_word),
            c => c.len_utf8(),
        };
        let (token, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(token)
    }

    /// Removes the tokens up to `end`, which is not inside brackets or braces. `token` has been removed already.
    fn drop_up_to(&mut self, end: &str, token: &str) {
        self.blank(token);
        let mut depth = 0_usize;
        while let Some(token) = self.token() {
            self.blank(token);
            match token {
                _ if token == end && depth == 0 => return,
                "{" | "[" => depth += 1,
                "}" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Writes the line ends of a removed token.
    fn blank(&mut self, token: &str) {
        self.out.push(' ');
        self.out.extend(token.chars().filter(|c| *c == '\n'));
    }
}

fn is_blank(token: &str) -> bool {
    token.starts_with("//") || token.starts_with("/*") || token.starts_with(char::is_whitespace)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

fn length_while(text: &str, accepts: fn(char) -> bool) -> usize {
    text.find(|c| !accepts(c)).unwrap_or(text.len())
}

/// Returns the length of the string literal at the start of `text`, with its quotes.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> String {
        essentials(source).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn edition_without_its_options_is_proto3() {
        let source = "// edition = \"2023\"\nedition = \"2023\";\noption features.field_presence = IMPLICIT;\n\
            import option \"a.proto\";\nexport message A {\n  option (x) = { a: [1, 2]; b: \"};\" };\n  \
            reserved b, c;\n  int32 a = 1 [default = 3, (y) = \"]\"];\n  local enum E { ONE = 1; }\n}\n";
        assert_eq!(words(source), "syntax = \"proto3\"; message A { int32 a = 1 ; enum E { ONE = 1; } }");
        assert_eq!(essentials(source).matches('\n').count(), source.matches('\n').count());
    }

    #[test]
    fn names_that_are_keywords_elsewhere_are_kept() {
        for source in [
            "syntax = \"proto2\"; message edition { optional int32 reserved = 1; optional local extensions = 2; }",
            "message A { edition option = 1; local export = 2; }",
        ] {
            assert_eq!(words(source), source);
        }
        let ranges = "message A { extensions 4 to max [verification = UNVERIFIED]; reserved 3; }";
        assert_eq!(words(ranges), "message A { }");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_rewritten(words in proptest::collection::vec(
            proptest::sample::select(vec!["\"", "'", "\\", "/*", "//", "[", "]", "{", "}", ";", "option", "edition", "=", "é", "\n", " "]),
            0..40,
        )) {
            essentials(&words.concat());
        }
    }
}
