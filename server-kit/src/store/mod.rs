//! The flags that choose where the books are stored, and the recorded connections to a database, whose passwords are
//! masked.

mod address;
#[cfg(feature = "postgres")]
mod connector;
#[cfg(feature = "postgres")]
mod mask;

use std::time::Duration;

use bookshelf::Shelf;
use clap::{Args, value_parser};
use socket_tap::Tap;

pub use self::address::StoreAddress;
#[cfg(feature = "postgres")]
pub use self::connector::TapConnector;
#[cfg(feature = "postgres")]
pub use self::mask::AuthenticationMask;
use crate::Seconds;

/// The flags that choose where the books are stored.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Store")]
pub struct StoreFlags {
    /// Where the books are stored: memory, or a PostgreSQL database such as postgres://user@localhost/bookshelf. The
    /// password is read from the URL, from PGPASSWORD or from ~/.pgpass. A database needs a build with the cargo feature
    /// `postgres`
    #[arg(long, value_name = "URL", default_value_t, value_parser = address::Parser)]
    pub store: StoreAddress,

    /// Maximum number of connections to the database
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = value_parser!(u16).range(1..))]
    pub store_connections: u16,

    /// Maximum duration of an operation of the database, including the wait for a connection
    #[arg(long, value_name = "SECONDS", default_value_t = Duration::from_secs(5).into())]
    pub store_timeout: Seconds,
}

/// The reason why a store cannot be used.
#[cfg(feature = "postgres")]
pub type StoreError = bookshelf::store::postgres::OpenError;

/// The reason why a store cannot be used. Memory can always be used.
#[cfg(not(feature = "postgres"))]
pub type StoreError = std::convert::Infallible;

impl StoreFlags {
    /// Opens the store. If it is a database, `tap` records the connections to it, and the database displays
    /// `program` as their `application_name`.
    ///
    /// # Errors
    /// If the database cannot be used.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(
            unused_variables,
            clippy::unused_async,
            reason = "`tap` and `program` are used only to connect to a database"
        )
    )]
    pub async fn open(&self, tap: &Tap, program: &'static str) -> Result<Shelf, StoreError> {
        match &self.store {
            StoreAddress::Memory => Ok(Shelf::seeded()),
            #[cfg(feature = "postgres")]
            StoreAddress::Postgres(url) => connector::open(url, self, tap, program).await,
        }
    }
}
