//! Errors of opening or using a database.

use std::io;
use std::path::PathBuf;

use tokio_postgres::error::SqlState;

use super::url::{Address, DatabaseUrl};
use crate::error::Error;

/// The reason why a database cannot be used. No message contains a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is invalid. The value is the reason.
    #[error("invalid database URL: {0}; an example is postgres://user@localhost/database")]
    InvalidUrl(String),
    /// The password file exists and cannot be used.
    #[error("cannot use the password file {}: {reason}", path.display())]
    PassFile {
        /// Path of the file.
        path: PathBuf,
        /// Reason why it cannot be used.
        reason: io::Error,
    },
    /// No server accepts connections at the address.
    #[error("no database can be reached at {0}: {1}; check the address, and that the database is running")]
    Unreachable(Address, #[source] io::Error),
    /// The server refused the user or the password.
    #[error(
        "the database at {address} refused the user: {reason}; check the user, and the password in the URL, in \
         PGPASSWORD or in the password file"
    )]
    Refused {
        /// Address of the server.
        address: Address,
        /// Error message of the server.
        reason: String,
    },
    /// The server has no such database.
    #[error("there is no database \"{name}\" at {address}; create it with: createdb {name}")]
    NoDatabase {
        /// Address of the server.
        address: Address,
        /// Name of the missing database.
        name: String,
    },
    /// A newer version of this program changed the tables.
    #[error(
        "the tables in the database have version {found}, and this program knows the versions up to {known}; use a \
         newer program"
    )]
    NewerSchema {
        /// Version of the tables that are in the database.
        found: i64,
        /// Newest version of the tables that this program knows.
        known: i64,
    },
    /// The schema `bookshelf` has tables that do not match the statements of this program. The value is the
    /// error of such a statement.
    #[error(
        "the tables in the schema \"bookshelf\" are not those of this program: {0}; use another database, or remove them \
         with: DROP SCHEMA bookshelf CASCADE"
    )]
    OtherSchema(String),
    /// An error of the database that no other variant describes.
    #[error("the database at {address} cannot be used: {reason}")]
    Other {
        /// Address of the server.
        address: Address,
        /// Error message of the server. If the connection failed, the message of the I/O error.
        reason: String,
    },
}

impl OpenError {
    /// Converts an error of tokio-postgres to the variant that describes it. `url` is the URL of the
    /// database.
    pub(super) fn new(error: &tokio_postgres::Error, url: &DatabaseUrl) -> Self {
        let (address, reason) = (url.address().clone(), message(error));
        match error.code() {
            Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
                Self::Refused { address, reason }
            }
            // The library reports only in words that the server wants a password and none was given.
            None if reason.contains("password missing") => Self::Refused { address, reason },
            Some(&SqlState::INVALID_CATALOG_NAME) => {
                Self::NoDatabase { address, name: url.database().unwrap_or_default().to_owned() }
            }
            _ => Self::Other { address, reason },
        }
    }
}

/// Returns the server's error message with its SQLSTATE. If the error is not from the server, returns its
/// cause, for example the I/O error of the connection.
pub(super) fn message(error: &tokio_postgres::Error) -> String {
    if let Some(reported) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", reported.message(), reported.code().code());
    }
    let inner = std::error::Error::source(error);
    inner.map_or_else(|| error.to_string(), ToString::to_string)
}

/// Classes of SQLSTATE codes that report the state of the server instead of an error in a statement: a failed
/// connection, a read-only server, exhausted resources, an operator's intervention, or a system error.
const UNAVAILABLE_CLASSES: [&str; 5] = ["08", "25", "53", "57", "58"];

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let is_refusal = error
            .code()
            .is_some_and(|code| !UNAVAILABLE_CLASSES.iter().any(|class| code.code().starts_with(class)));
        if is_refusal {
            return Self::Internal("the database refused a statement");
        }
        Self::Unavailable("the database is not available")
    }
}

/// Returns `true` if the database aborted a transaction because of a concurrent one. The aborted transaction
/// can be repeated.
pub(super) fn is_conflict_of_transactions(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED))
}
