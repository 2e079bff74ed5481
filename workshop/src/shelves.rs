//! The one shelf that all servers share.

use bookshelf::Shelf;
use server_kit::StoreFlags;
use server_kit::store::{StoreAddress, StoreError};
use socket_tap::Tap;

/// The shelf that all servers share, in memory or in a database. Each server gets its own handle from
/// [`open`](Self::open).
#[derive(Debug)]
pub struct Shelves<'a> {
    flags: &'a StoreFlags,
    /// The shelf in memory; `None` if the books are in a database.
    in_memory: Option<Shelf>,
}

impl<'a> Shelves<'a> {
    /// Checks that the store can be used, and creates the tables of a new database.
    ///
    /// Call this before the recordings start. Then a failed start does not overwrite the recordings of the
    /// previous run, and the new recordings do not contain the creation of the tables.
    ///
    /// # Errors
    /// If the database cannot be used.
    pub async fn check(flags: &'a StoreFlags) -> Result<Self, StoreError> {
        let shelf = flags.open(&Tap::off(), "workshop").await?;
        let is_in_memory = matches!(flags.store, StoreAddress::Memory);
        if !is_in_memory {
            shelf.close().await;
        }
        Ok(Self { flags, in_memory: is_in_memory.then_some(shelf) })
    }

    /// Returns the shelf for the server of `program`. With a database, the server has connections of its own, which `tap`
    /// records.
    ///
    /// # Errors
    /// If the database cannot be used.
    pub async fn open(&self, tap: &Tap, program: &'static str) -> Result<Shelf, StoreError> {
        match &self.in_memory {
            Some(shelf) => Ok(shelf.clone()),
            None => self.flags.open(tap, program).await,
        }
    }
}
