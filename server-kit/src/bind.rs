//! Taking a port, and saying so well when it is taken.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use socket_tap::{Tap, TapListener};

/// Binds `address` for `who`; `flag` chooses another.
///
/// # Errors
/// With a message that says who was expected there and what to do.
pub async fn bind(tap: &Tap, address: SocketAddr, who: &str, flag: &str) -> io::Result<TapListener> {
    TapListener::bind(tap, address).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "{address} is taken: another program listens there, and the {who} is expected to. \
                 Stop that program, or choose another address: {flag} {}:0 lets the kernel choose a port",
                bracketed(address)
            ),
            ErrorKind::PermissionDenied => format!(
                "{address} needs a permission that this user does not have (ports below 1024 do). \
                 Choose another address for the {who} with {flag}"
            ),
            ErrorKind::AddrNotAvailable => {
                format!("{address} is no address of this machine. Choose another for the {who} with {flag}")
            }
            _ => format!("cannot listen on {address} for the {who}: {error}"),
        };
        io::Error::new(error.kind(), why)
    })
}

fn bracketed(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}
