//! The interface of the crate on systems other than Linux: everything returns [`Error::NotLinux`].

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::process::Command;

use tokio::task::{JoinError, JoinHandle};

use crate::{Direction, Error, Impairments, Options, Records, Rule, Stats};

/// Returns [`Error::NotLinux`].
///
/// # Errors
/// Always.
pub fn support() -> Result<(), Error> {
    Err(Error::NotLinux)
}

/// Returns [`Error::NotLinux`].
///
/// # Errors
/// Always.
pub fn enter() -> Result<(), Error> {
    Err(Error::NotLinux)
}

/// Returns [`Error::NotLinux`].
///
/// # Errors
/// Always.
pub fn reexec() -> Result<Command, Error> {
    Err(Error::NotLinux)
}

/// A network that cannot be created on this system.
#[derive(Debug)]
pub struct Wire(Infallible);

impl Wire {
    /// Returns [`Error::NotLinux`].
    ///
    /// # Errors
    /// Always.
    pub fn start(_: Options) -> Result<Self, Error> {
        Err(Error::NotLinux)
    }

    /// Returns the client side.
    #[must_use]
    pub fn client(&self) -> &Side {
        match self.0 {}
    }

    /// Returns the server side.
    #[must_use]
    pub fn server(&self) -> &Side {
        match self.0 {}
    }

    /// Returns `true` if the kernel supports IPv6.
    #[must_use]
    pub fn has_ipv6(&self) -> bool {
        match self.0 {}
    }

    /// Changes the impairments of one direction.
    ///
    /// # Errors
    /// Never: a wire cannot exist.
    pub fn set(&self, _: Direction, _: Impairments) -> Result<(), Error> {
        match self.0 {}
    }

    /// Adds a rule for one packet of a direction.
    pub fn add_rule(&self, _: Direction, _: Rule) {
        match self.0 {}
    }

    /// Returns the records of all packets.
    pub fn take_records(&mut self) -> Option<Records> {
        match self.0 {}
    }

    /// Ends the wire.
    pub fn finish(self) -> Stats {
        match self.0 {}
    }
}

/// A side of a [`Wire`], which cannot be created on this system.
#[derive(Clone, Debug)]
pub struct Side(Infallible);

impl Side {
    /// Spawns a future on this side.
    pub fn spawn<F>(&self, _: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.0 {}
    }

    /// Spawns a future on this side and blocks until it has finished.
    ///
    /// # Errors
    /// Never: a side cannot exist.
    pub fn run<F>(&self, _: F) -> Result<F::Output, JoinError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        match self.0 {}
    }

    /// Returns the side's IPv4 address.
    #[must_use]
    pub fn ipv4(&self) -> IpAddr {
        match self.0 {}
    }

    /// Returns the side's IPv6 address.
    #[must_use]
    pub fn ipv6(&self) -> IpAddr {
        match self.0 {}
    }
}
