//! The plain server over UDP and over TCP.

mod tcp;
#[cfg(test)]
mod tests;
mod udp;

use std::io;

use bookshelf::Shelf;
use hardening_http::Shutdown;

use crate::{Limits, Sockets};

pub use tcp::{serve_tcp, serve_tcp_with};
pub use udp::serve_udp;

/// Serves requests over UDP and TCP until the shutdown.
///
/// # Errors
/// Returns the same errors as [`serve_udp`] and [`serve_tcp`].
pub async fn serve(sockets: Sockets, shelf: Shelf, shutdown: Shutdown, limits: Limits) -> io::Result<()> {
    let Sockets { udp, tcp } = sockets;
    tokio::try_join!(
        serve_udp(udp, shelf.clone(), shutdown.clone()),
        serve_tcp_with(tcp, shelf, shutdown, limits),
    )?;
    Ok(())
}
