//! A running server of one API, with the recordings of the server and its clients.

use std::io;
use std::net::SocketAddr;

use bookshelf::Shelf;
use server_kit::bind::{bind, reachable};
use server_kit::program::Program;
use socket_tap::TapListener;
use tokio::task::JoinHandle;

use crate::recordings::Recordings;

/// A running server of one API.
#[derive(Debug)]
pub struct ApiInstance {
    /// Name of the API in headings, such as `REST`.
    pub title: &'static str,
    /// Description of the server's command, such as `rest-server`.
    pub program: &'static Program,
    /// Address that the server listens on.
    pub address: SocketAddr,
    /// This server's handle to the shelf that all servers share.
    pub shelf: Shelf,
    /// Recordings of the server and of its clients.
    pub recordings: Recordings,
    server: JoinHandle<io::Result<()>>,
}

impl ApiInstance {
    /// Binds `address` and starts the server.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn start<F>(
        title: &'static str,
        program: &'static Program,
        address: SocketAddr,
        recordings: Recordings,
        shelf: Shelf,
        serve: impl FnOnce(TapListener, Shelf) -> F,
    ) -> io::Result<Self>
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let flag = format!("--{}", program.api);
        let listener = bind(&recordings.server, address, program.name, &flag).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(serve(listener, shelf.clone()));
        Ok(Self { title, program, address, shelf, recordings, server })
    }

    /// Returns the address that clients on this machine connect to.
    #[must_use]
    pub fn reachable(&self) -> SocketAddr {
        reachable(self.address)
    }

    /// Waits until this server has received all changes made to the shelf so far, also those made through
    /// other servers. Call this before opening a watcher: with a database, the watcher could otherwise
    /// receive some of these changes.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn catch_up(&self) -> Result<(), bookshelf::Error> {
        match self.shelf.last_change().await?.checked_sub(1) {
            Some(before) => self.shelf.watch_after(before).next().await.map(drop),
            None => Ok(()),
        }
    }

    /// Waits until the server has ended, and closes its shelf.
    ///
    /// # Errors
    /// The error that ended the server.
    pub async fn ended(self) -> io::Result<()> {
        let ended = self.server.await.map_err(io::Error::other);
        self.shelf.close().await;
        ended?
    }
}
