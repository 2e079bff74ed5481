//! Prepared statements and portals by name, and the texts of statements.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::text::{grouped, short};

/// Maximum number of prepared statements, and of portals, whose SQL text is kept for each connection. Further
/// ones are shown by their name instead.
const MAX_NAMES: usize = 1_000;
/// Maximum length of a name. The server truncates longer names to 63 bytes.
const MAX_NAME: usize = 63;

/// The text of a statement on one line, truncated if it is long.
pub(super) type Statement = Arc<str>;

/// The SQL text of each prepared statement or portal, by its name.
#[derive(Debug, Default)]
pub(super) struct Statements(HashMap<Box<[u8]>, Statement>);

impl Statements {
    pub(super) fn insert(&mut self, name: &[u8], statement: Statement) {
        let fits = self.0.len() < MAX_NAMES || self.0.contains_key(name);
        if fits && name.len() <= MAX_NAME {
            self.0.insert(name.into(), statement);
        }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<Statement> {
        self.0.get(name).cloned()
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        self.0.remove(name);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Returns a statement on one line. `more` is `true` if its end is missing.
pub(super) fn statement(bytes: &[u8], more: bool) -> Statement {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut text = short(&words.join(" "));
    if more && !text.ends_with('…') {
        text.push('…');
    }
    text.into()
}

/// Returns the outcome that a command tag states: `14 rows` for `SELECT 14` or `INSERT 0 14`, else the tag
/// itself.
pub(super) fn outcome(tag: &str) -> String {
    match tag.rsplit_once(' ').and_then(|(_, count)| count.parse::<u64>().ok()) {
        Some(1) => "1 row".to_owned(),
        Some(count) => format!("{} rows", grouped(count)),
        None => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_statement_is_shown_on_one_line() {
        assert_eq!(&*statement(b"SELECT id\n  FROM books\t", false), "SELECT id FROM books");
        assert_eq!(&*statement(b"SELECT", true), "SELECT…");
        assert_eq!(&*statement(b"\xff\x1b", false), "\u{fffd}␛");
    }

    #[test]
    fn statement_result_shows_number_of_rows() {
        for (tag, expected) in [
            ("SELECT 1", "1 row"),
            ("INSERT 0 14000", "14,000 rows"),
            ("CREATE TABLE", "CREATE TABLE"),
            ("BEGIN", "BEGIN"),
        ] {
            assert_eq!(outcome(tag), expected);
        }
    }

    #[test]
    fn number_of_stored_prepared_statements_is_bounded() {
        let mut statements = Statements::default();
        for number in 0..2 * MAX_NAMES {
            statements.insert(number.to_string().as_bytes(), "SELECT 1".into());
        }
        statements.insert(&[b'a'; MAX_NAME + 1], "SELECT 1".into());
        statements.insert(b"1", "SELECT 2".into());
        assert_eq!(statements.0.len(), MAX_NAMES);
        assert_eq!(statements.get(b"1").as_deref(), Some("SELECT 2"));
    }
}
