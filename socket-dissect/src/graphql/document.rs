//! Finds the operation in a GraphQL document: <https://spec.graphql.org/October2021/#sec-Document-Syntax>.
//!
//! Reads only names and brackets, and validates nothing. It does not recurse, so a deeply nested document
//! cannot overflow the stack.

use super::super::text::short;

/// Maximum number of top-level fields in the text of an operation, such as `query { book author }`.
const MAX_FIELDS: usize = 8;

/// Returns the operation with the given name, or the first operation if none has that name: `query { book }`,
/// `mutation Add { createBook }`. `None` if the text is not a document with an operation.
pub(super) fn operation(document: &str, name: Option<&str>) -> Option<String> {
    let mut tokens = Tokens { rest: document };
    let mut first = None;
    while let Some(token) = tokens.next() {
        let (operation, is_requested) = match token {
            Token::Open('{') => (fields("query".to_owned(), &mut tokens), name.is_none()),
            Token::Name(kind @ ("query" | "mutation" | "subscription")) => named(kind, name, &mut tokens)?,
            Token::Name("fragment") => {
                tokens.skip_to_fields()?;
                tokens.leave(1);
                continue;
            }
            _ => return None,
        };
        if is_requested {
            return Some(short(&operation));
        }
        first.get_or_insert(operation);
    }
    first.map(|operation| short(&operation))
}

/// Returns the operation that follows a keyword such as `query`, and `true` if its name is the requested one.
fn named(kind: &str, requested: Option<&str>, tokens: &mut Tokens<'_>) -> Option<(String, bool)> {
    let mut title = kind.to_owned();
    let mut name = None;
    let mut ahead = Tokens { rest: tokens.rest };
    if let Some(Token::Name(found)) = ahead.next() {
        *tokens = ahead;
        name = Some(found);
        title = format!("{kind} {found}");
    }
    tokens.skip_to_fields()?;
    Some((fields(title, tokens), requested.is_none() || requested == name))
}

/// Appends the top-level fields of an operation to `title`, as in `query { book author }`. `tokens` continues
/// after the `{` before the first field.
fn fields(title: String, tokens: &mut Tokens<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    // A fragment, or `on` and a type, follows `...`; a directive follows `@`.
    let (mut depth, mut before) = (1, None);
    for token in tokens.by_ref() {
        match (token, before) {
            (Token::Open(_), _) => depth += 1,
            (Token::Close, _) if depth == 1 => break,
            (Token::Close, _) => depth -= 1,
            _ if depth > 1 => {}
            (Token::Name("on"), Some(Token::Spread)) | (Token::Name(_), Some(Token::Other('@'))) => {}
            (Token::Name(name), Some(Token::Spread)) => names.push(format!("...{name}")),
            // The previous name was an alias.
            (Token::Name(name), Some(Token::Other(':'))) => {
                names.pop();
                names.push(name.to_owned());
            }
            (Token::Name(_), Some(Token::Name("on"))) => {}
            (Token::Name(name), _) => names.push(name.to_owned()),
            _ => {}
        }
        before = Some(token);
    }
    let more = if names.len() > MAX_FIELDS { " …" } else { "" };
    names.truncate(MAX_FIELDS);
    format!("{title} {{ {}{more} }}", names.join(" "))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Spread,
    Open(char),
    Close,
    /// A string or a number.
    Value,
    Other(char),
}

/// Tokens of a GraphQL document that have not been read yet.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// Skips the tokens of a definition up to and including the `{` before its fields. `None` if it has no
    /// fields.
    fn skip_to_fields(&mut self) -> Option<()> {
        while let Some(token) = self.next() {
            match token {
                Token::Open('{') => return Some(()),
                // Default values of variables and arguments of directives may contain objects.
                Token::Open(_) => self.leave(1),
                Token::Close => return None,
                _ => {}
            }
        }
        None
    }

    /// Skips tokens up to and including the bracket that closes the outermost of `open` nested brackets.
    fn leave(&mut self, mut open: usize) {
        while open > 0 {
            match self.next() {
                Some(Token::Open(_)) => open += 1,
                Some(Token::Close) => open -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (token, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        token
    }

    fn string(&mut self) -> Token<'a> {
        let (quotes, is_block) = if self.rest.starts_with("\"\"\"") { (3, true) } else { (1, false) };
        self.take(quotes);
        let mut escaped = false;
        let mut quoted = 0;
        for (at, byte) in self.rest.bytes().enumerate() {
            quoted = if byte == b'"' && !escaped { quoted + 1 } else { 0 };
            // In a block string the only escape is `\"""`, which begins with the same bytes.
            escaped = byte == b'\\' && !escaped;
            if quoted == quotes || (byte == b'\n' && !is_block) {
                self.take(at + 1);
                return Token::Value;
            }
        }
        self.rest = "";
        Token::Value
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', ',', '\u{feff}']);
            if !self.rest.starts_with('#') {
                break;
            }
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
        let first = self.rest.chars().next()?;
        let length = |is: fn(char) -> bool| self.rest.find(|c| !is(c)).unwrap_or(self.rest.len());
        Some(match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                Token::Name(self.take(length(|c| c.is_ascii_alphanumeric() || c == '_')))
            }
            '0'..='9' | '-' => {
                self.take(length(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')));
                Token::Value
            }
            '"' => self.string(),
            '.' if self.rest.starts_with("...") => {
                self.take(3);
                Token::Spread
            }
            _ => {
                self.take(first.len_utf8());
                match first {
                    '{' | '(' | '[' => Token::Open(first),
                    '}' | ')' | ']' => Token::Close,
                    other => Token::Other(other),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_is_described_by_kind_name_and_fields() {
        for (document, said) in [
            ("{book(id:1){title}}", "query { book }"),
            ("query($id:ID!){book(id:$id){...b}}fragment b on Book{id}", "query { book }"),
            ("fragment b on Book{id} query{book{...b}}", "query { book }"),
            (
                "mutation Add($i: In = {a: [1]}) @x(y: {z: 1}) { createBook(input: $i) { id } }",
                "mutation Add { createBook }",
            ),
            ("subscription { changed: bookChanged { id } }", "subscription { bookChanged }"),
            ("{ a, b: c(d: \"}\") @e, ...F, ... on G { h }, ... @i { j } k }", "query { a c ...F k }"),
            ("# {\n { a(b: \"\"\"} \\\"\"\" } \" \"\"\") c }", "query { a c }"),
            ("{ a(b: \"\\\"}\") c", "query { a c }"),
            ("{ query: on }", "query { on }"),
        ] {
            assert_eq!(operation(document, None).as_deref(), Some(said), "{document}");
        }
    }

    #[test]
    fn requested_operation_is_selected_by_name() {
        let document = "query A { a } query B { b } mutation C { c }";
        for (name, said) in
            [(None, "query A { a }"), (Some("C"), "mutation C { c }"), (Some("D"), "query A { a }")]
        {
            assert_eq!(operation(document, name).as_deref(), Some(said));
        }
    }

    #[test]
    fn text_other_than_graphql_has_no_operation() {
        for text in
            ["", "books about rust", "fragment b on Book { id }", "query", "query }", "\u{1b}[2J{a}", "[{a}]"]
        {
            assert_eq!(operation(text, None), None, "{text}");
        }
    }

    #[test]
    fn deep_and_long_documents_show_their_first_fields() {
        let deep = "{a".repeat(100_000);
        assert_eq!(operation(&deep, None).as_deref(), Some("query { a }"));
        let many = format!("{{{}}}", "a ".repeat(100_000));
        assert_eq!(operation(&many, None).as_deref(), Some("query { a a a a a a a a … }"));
    }
}
