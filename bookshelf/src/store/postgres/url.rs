//! The address and the credentials of a database.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::OpenError;

/// Port of a PostgreSQL server if the URL has none.
const DEFAULT_PORT: u16 = 5432;

/// The URL of a database, such as `postgres://user@host/database`. Its password is never displayed.
#[derive(Clone)]
pub struct DatabaseUrl {
    config: Config,
    address: Address,
}

/// The address of a database server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Host name or IP address, and port.
    Tcp(String, u16),
    /// Path of a Unix socket.
    Unix(PathBuf),
}

impl DatabaseUrl {
    /// Returns the configuration, with a password only if the URL contains one.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the name of the user, if the URL has one.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.config.get_user()
    }

    /// Returns the name of the database. If the URL does not name a database, returns the name of the user.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname().or(self.user())
    }
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(OpenError::InvalidUrl("the URL must begin with postgres://".to_owned()));
        }
        // The library's message does not contain the URL, and so no password.
        let mut config = Config::from_str(url).map_err(|error| OpenError::InvalidUrl(reason(&error)))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(OpenError::InvalidUrl(
                "TLS is not supported, so sslmode must not be `require`".to_owned(),
            ));
        }
        if config.get_user().is_none()
            && let Some(user) = std::env::var("PGUSER").or_else(|_| std::env::var("USER")).ok()
        {
            config.user(user);
        }
        let port = config.get_ports().first().copied().unwrap_or(DEFAULT_PORT);
        let address = match config.get_hosts() {
            [Host::Tcp(host)] => Address::Tcp(host.clone(), port),
            #[cfg(unix)]
            [Host::Unix(directory)] => Address::Unix(directory.join(format!(".s.PGSQL.{port}"))),
            [] => return Err(OpenError::InvalidUrl("the URL must contain a host".to_owned())),
            _ => return Err(OpenError::InvalidUrl("the URL must not contain several hosts".to_owned())),
        };
        Ok(Self { config, address })
    }
}

/// Returns the reason why a URL is invalid. It is in the source of `error`; `error` itself states only that
/// the URL is invalid.
fn reason(error: &tokio_postgres::Error) -> String {
    let inner = std::error::Error::source(error);
    inner.map_or_else(|| error.to_string(), ToString::to_string)
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.user() {
            let password = if self.config.get_password().is_some() { ":***" } else { "" };
            write!(f, "{user}{password}@")?;
        }
        write!(f, "{}/{}", self.address, self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}
