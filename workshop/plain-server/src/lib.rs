//! The `get` operation of the bookshelf over a plain UDP socket and a plain TCP connection, without an API.
//!
//! Over both protocols, requests and responses are the same lines of text ([`protocol`]), so the recordings
//! differ only in the socket calls. A UDP socket needs no listen, accept, connect or shutdown and preserves
//! message boundaries, but datagrams may be lost.
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
//! let fetched = udp.get(1).await?;
//! let mut tcp = TcpClient::connect(&tap, address).await?;
//! assert_eq!(fetched.book, tcp.get(1).await?);
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
//! - [`protocol`]: requests and responses as lines of text
//! - `server`: the server, with one file for each protocol
//! - `client`: the clients, with one file for each protocol
//! - [`relay`]: a simulated network that loses datagrams
//! - [`sockets`]: a UDP socket and a TCP listener at the same address
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

pub use client::{Failure, Fetched, Retry, TcpClient, UdpClient};
pub use hardening_http::Limits;
pub use relay::Relay;
pub use server::{serve, serve_tcp, serve_tcp_with, serve_udp};
pub use sockets::Sockets;

/// Description of the `plain-server` command.
pub const PROGRAM: Program = Program {
    name: "plain-server",
    version: env!("CARGO_PKG_VERSION"),
    api: "plain",
    listen: "127.0.0.1:6000",
    about: "Serves the get operation of the bookshelf over plain UDP and TCP sockets and prints each socket call.",
    examples: "The UDP socket and the TCP listener have the same address and port number. They do not conflict, \
        because UDP and TCP number their ports separately.\n\n\
        A UDP response is about twenty times as long as its request and goes to the source address of the request. \
        On an open network, attackers could forge that address to flood a victim (amplification). Keep the server on \
        127.0.0.1, where no other machine can forge addresses.\n\n\
        Examples:\n  \
        plain-server                                      print each socket call\n  \
        plain-server --trace plain.jsonl --capture 1024   record both sockets in one trace, with payload",
    sample_commands,
};

fn sample_commands(address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    format!("echo 'get 1' | nc -u -w1 {ip} {port}\necho 'get 1' | nc -w1 {ip} {port}")
}
