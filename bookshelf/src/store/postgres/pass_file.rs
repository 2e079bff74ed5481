//! The password file of PostgreSQL's own clients, `~/.pgpass`
//! (<https://www.postgresql.org/docs/current/libpq-pgpass.html>).

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::OpenError;
use super::url::{Address, DatabaseUrl};

/// Returns the password for the database `url` from the password file. Returns `None` if there is no such
/// file, or if no line matches.
pub(super) fn password_of(url: &DatabaseUrl) -> Result<Option<String>, OpenError> {
    let Some(path) = path() else { return Ok(None) };
    match read(&path) {
        Ok(text) => Ok(find(&text, url)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(OpenError::PassFile { path, reason }),
    }
}

fn path() -> Option<PathBuf> {
    let home = || Some(Path::new(&std::env::var_os("HOME")?).join(".pgpass"));
    std::env::var_os("PGPASSFILE").map(PathBuf::from).or_else(home)
}

fn read(path: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other("other users have access to the file; run chmod 600 on it"));
        }
    }
    fs::read_to_string(path)
}

/// Returns the password in the first line of `text` whose host, port, database and user match `url`.
fn find(text: &str, url: &DatabaseUrl) -> Option<String> {
    let (host, port) = match url.address() {
        Address::Tcp(host, port) => (host.as_str(), port.to_string()),
        Address::Unix(path) => {
            let port = path.extension().map(|port| port.to_string_lossy().into_owned());
            ("localhost", port.unwrap_or_default())
        }
    };
    let wanted = [host, &port, url.database().unwrap_or_default(), url.user().unwrap_or_default()];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = fields(line);
        let password = (fields.len() == 5).then(|| fields.pop())??;
        let matches = fields.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        matches.then_some(password)
    })
}

/// Splits a line at its colons. A backslash escapes a colon or a backslash.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(field) = fields.last_mut() {
            field.extend(literal);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_taken_from_first_matching_line() {
        let url: DatabaseUrl = "postgres://ada@db.example/shelf".parse().unwrap();
        let text = "# a comment\nother:*:*:*:wrong\n*:5433:*:*:wrong\ndb.example:5432:*:ada:a\\:b\\\\c\n*:*:*:*:late";
        assert_eq!(find(text, &url).as_deref(), Some("a:b\\c"));
        assert_eq!(find("db.example:5432:shelf:ada", &url), None);
        assert_eq!(find("", &url), None);
    }

    #[test]
    fn unix_socket_uses_password_of_localhost_line() {
        let url: DatabaseUrl = "postgres://ada@%2Frun%2Fpostgresql/shelf".parse().unwrap();
        assert_eq!(find("localhost:5432:shelf:ada:secret", &url).as_deref(), Some("secret"));
    }
}
