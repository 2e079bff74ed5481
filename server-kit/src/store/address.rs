//! The value of the flag `--store`.

use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "postgres")]
use bookshelf::store::postgres::DatabaseUrl;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};

/// The place where the books are stored. A password in it is never displayed.
#[derive(Clone, Debug, Default)]
pub enum StoreAddress {
    /// The memory of the process.
    #[default]
    Memory,
    /// A PostgreSQL database.
    #[cfg(feature = "postgres")]
    Postgres(Box<DatabaseUrl>),
}

/// A clap parser of a [`StoreAddress`]. Its error message does not repeat the value, which may contain a
/// password.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parser;

impl TypedValueParser for Parser {
    type Value = StoreAddress;

    fn parse_ref(
        &self,
        command: &Command,
        _: Option<&Arg>,
        value: &OsStr,
    ) -> Result<StoreAddress, clap::Error> {
        let invalid = |reason| {
            clap::Error::raw(ErrorKind::ValueValidation, format!("invalid value for --store: {reason}\n"))
                .with_cmd(command)
        };
        let text = value.to_str().ok_or_else(|| invalid("the value is not valid UTF-8".to_owned()))?;
        text.parse().map_err(invalid)
    }
}

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "memory" {
            return Ok(Self::Memory);
        }
        if !text.starts_with("postgres") {
            return Err("expected memory or postgres://user@host/database".to_owned());
        }
        #[cfg(feature = "postgres")]
        return text
            .parse()
            .map(|url| Self::Postgres(Box::new(url)))
            .map_err(|error: super::StoreError| error.to_string());
        #[cfg(not(feature = "postgres"))]
        Err("this program was built without PostgreSQL; add --features postgres to the cargo command"
            .to_owned())
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => write!(f, "{url}"),
        }
    }
}
