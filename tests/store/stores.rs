//! New shelves on each store.

use std::sync::Arc;
use std::time::Duration;

use bookshelf::store::postgres::{Options, Postgres};
use bookshelf::{Limits, Shelf};
use server_kit::store::TapConnector;
use socket_tap::Tap;

use crate::support::postgres;

/// Maximum duration of an operation, for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A store for new shelves.
#[derive(Clone)]
pub(crate) enum Stores {
    Memory,
    Postgres(Arc<postgres::Postgres>),
}

impl Stores {
    /// Returns the store of a PostgreSQL server that the running tests share, or `None` if PostgreSQL is not installed.
    pub(crate) fn postgres() -> Option<Self> {
        postgres::Postgres::shared().map(Self::Postgres)
    }

    /// Returns a new shelf with the initial books.
    pub(crate) async fn shelf(&self, limits: Limits) -> Shelf {
        match self {
            Self::Memory => Shelf::with_limits(limits),
            Self::Postgres(server) => open(&server.create_database().await, limits).await,
        }
    }
}

/// Opens the shelf in a database.
pub(crate) async fn open(url: &str, limits: Limits) -> Shelf {
    let options = Options { limits, connections: 4, timeout: TIMEOUT, application_name: "tests" };
    let connector = Arc::new(TapConnector::new(&Tap::off()));
    Shelf::new(Postgres::open(&url.parse().unwrap(), options, connector).await.unwrap())
}
