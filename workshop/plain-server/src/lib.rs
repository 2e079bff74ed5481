//! The bookshelf's `get` over a bare UDP socket and over a bare TCP stream: what an API stands on, with no API on top.
//!
//! Both speak the same lines of text, byte for byte ([`protocol`]), so that what differs is the sockets' own: datagrams
//! need no listen, no accept, no connect and no shutdown, keep their borders, and may get lost.
//!
//! ```
//! use bookshelf::Shelf;
//! use plain_server::{Limits, Sockets, TcpClient, UdpClient};
//! use hardening_http::Shutdown;
//! use socket_tap::Tap;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let (tap, shutdown) = (Tap::off(), Shutdown::new());
//! let sockets = Sockets::bind(&tap, &tap, ([127, 0, 0, 1], 0).into(), "--listen").await?;
//! let address = sockets.local_addr()?;
//! let server = tokio::spawn(plain_server::serve(sockets, Shelf::seeded(), shutdown.clone(), Limits::default()));
//!
//! let mut udp = UdpClient::bind(&tap, address).await?;
//! let got = udp.get(1).await?;
//! let mut tcp = TcpClient::connect(&tap, address).await?;
//! assert_eq!(got.book, tcp.get(1).await?);
//! tcp.close().await?;
//!
//! shutdown.cancel();
//! server.await??;
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//!
//! - [`protocol`]: the lines, the same over both
//! - `server`: a file for each of the two sockets, to be read side by side
//! - `client`: the same for clients
//! - [`relay`]: a network that loses datagrams
//! - [`sockets`]: both at one address
//! - [`limits`]: a flag for each limit on TCP connections

#![forbid(unsafe_code)]

mod client;
pub mod limits;
pub mod protocol;
pub mod relay;
mod server;
pub mod sockets;

use std::net::SocketAddr;

use server_kit::Program;

pub use client::{Failure, Got, Patience, TcpClient, UdpClient};
pub use hardening_http::Limits;
pub use relay::Relay;
pub use server::{serve, serve_tcp, serve_tcp_with, serve_udp};
pub use sockets::Sockets;

/// What the command tells of itself.
pub const PROGRAM: Program = Program {
    name: "plain-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "plain",
    listen: "127.0.0.1:6000",
    about: "The bookshelf's get over a bare UDP socket and a bare TCP stream. Prints each socket call as it happens.",
    examples: "It has one UDP and one TCP socket at the same address and port: the ports of UDP and those of TCP are \
        numbered apart, so neither is in the other's way.\n\n\
        An answer over UDP is some twenty times as long as its question, and goes to whatever address the question \
        says it comes from. On an open network that is of use to attackers: leave it on 127.0.0.1, where addresses \
        cannot be forged from outside.\n\n\
        Examples:\n  \
        plain-server                                      print each socket call\n  \
        plain-server --trace plain.jsonl --capture 1024   record with payload, both sockets in one trace",
    sample_commands,
};

fn sample_commands(address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    format!("echo 'get 1' | nc -u -w1 {ip} {port}\necho 'get 1' | nc -w1 {ip} {port}")
}
