//! Records every socket call of a tokio server or client: socket, bind, listen, accept, connect, read, write,
//! sendto, recvfrom, shutdown, close.
//!
//! Put it where the `TcpListener` was. It changes nothing that the program does, costs next to nothing, needs no
//! root, and reports when it had to omit something.
//!
//! ```
//! use socket_tap::{Tap, TapListener, TapStream, sink::Memory};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let recording = Memory::new(); // or .file("echo.jsonl")?
//! let tap = Tap::server("echo").sink(recording.clone()).start()?;
//! let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
//!
//! let mut client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
//! let (mut server, _peer) = listener.accept().await?;
//! client.write_all(b"hello").await?;
//! let mut greeting = [0; 5];
//! server.read_exact(&mut greeting).await?;
//! drop((server, listener));
//!
//! let end = tap.finish().await?;
//! let events = recording.events();
//! let calls: Vec<&str> = events.iter().map(|event| event.op.name()).filter(|op| *op != "option").collect();
//! assert_eq!(calls, ["socket", "bind", "listen", "accept", "read", "close", "close"]);
//! assert_eq!(end.lost, 0);
//! # std::io::Result::Ok(()) })?;
//! # std::io::Result::Ok(())
//! ```
//!
//! Programs with axum, hyper, tonic, rustls, databases and other frameworks are in `docs/recipes.md`, beside this crate's
//! README.
//!
//! # What an event is
//!
//! An event is the result of a *poll*, not of a system call: tokio retries what would block, and only the answer that
//! the program gets is recorded. `read` stands for `recv(2)` and `read(2)`, `write` for `send(2)`, `write(2)` and
//! `writev(2)`; a flush of a TCP stream does nothing and is not recorded.
//!
//! # System calls
//!
//! The system calls are those of tokio's own types, with the same arguments, also when the tap is off: the same backlog,
//! and no option that the program did not choose. When it records, the tap makes a few calls more, and all of them only
//! read: the addresses of a new socket (`getsockname(2)`, `getpeername(2)`), and before a stream is closed the kernel's
//! view of it (`TCP_INFO`, `FIONREAD`, `SO_LINGER`). None of them is on the path of a read or a write. Options are chosen
//! with [`TapListener::nodelay`], [`TapListener::keepalive`] and [`TapStream::connect_with`], and are then recorded.
//!
//! # Layout
//!
//! - [`Tap`], [`TapBuilder`]: the handle to a recording
//! - [`TapListener`], [`TapStream`]: the wrappers, below every framework
//! - [`TcpOptions`], [`Keepalive`], [`ListenOptions`]: socket options that the program chooses
//! - [`split`]: a socket in two halves, as tokio has them
//! - [`TapUdpSocket`]: the same for datagrams
//! - `TapUnixListener`: the same for Unix-domain sockets, where there are any
//! - [`ConnInfo`]: a connection as a handler sees it
//! - [`Origin`]: what is known of a stream that the tap did not make itself
//! - [`event`], [`close`]: what a recording is made of
//! - [`mod@format`]: the trace as JSON Lines (feature `file`), and as lines for the eye
//! - [`sink`]: where a recording goes
//! - [`check`]: assertions on a recording, for tests (feature `check`)
//! - `recorder`: the buffers, the clock and the drain thread
//! - `sensor`: what is known of one open socket
//! - `axum`, `tonic`: adapters, each behind the feature of its name
//! - `client`: `TapConnector`, for the legacy client of hyper-util and for tonic's channels
//! - `tower`: `ConnLayer`, which puts the connection's number on the request's span
//!
//! # Features
//!
//! | feature | adds | by default |
//! |---|---|---|
//! | `file` | `TraceFile`, `FlightRecorder`, `TapBuilder::file`, `Tap::dump_on_panic`; reading and writing the trace format (`format::Line`). Brings serde, serde_json, base64 and itoa. | yes |
//! | `check` | the module `check`. Brings nothing. | yes |
//! | `axum` | `axum::serve` on a [`TapListener`] | |
//! | `tonic` | `TapIncoming`, for tonic's `serve_with_incoming` | |
//! | `client` | `TapConnector`, for the legacy client of hyper-util and for tonic's channels | |
//! | `tower` | `ConnLayer`, which puts the connection's number on the request's span | |
//! | `tracing` | `sink::TracingEvents` | |
//!
//! Without features (`default-features = false`) the crate records the same sockets, and its sinks are
//! [`Memory`](sink::Memory), [`Broadcast`](sink::Broadcast), [`LiveLines`](sink::LiveLines) and those that you write
//! ([`Sink`](sink::Sink)). It then writes no file. Besides tokio and tokio's own dependencies it needs quanta, which
//! reads the processor's clock, and on Unix rustix.
//!
//! # Output
//!
//! The crate prints nothing. Errors of sinks are returned by [`Tap::finish`] and reported to
//! [`TapBuilder::on_error`]. A `LiveLines` writes to what it is given.
//!
//! # Minimum supported Rust version
//!
//! Rust 1.88, with any features. A newer one may be required with a new minor version.

#![cfg_attr(docsrs, feature(doc_cfg))]
// What fails is returned or reported to a callback: standard error belongs to the program.
#![cfg_attr(not(test), warn(clippy::print_stderr))]
// The documentation links to items of all features.
#![cfg_attr(not(all(feature = "check", feature = "file")), allow(rustdoc::broken_intra_doc_links))]

mod accept;
mod adopt;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "check")]
pub mod check;
pub mod close;
mod conn_info;
#[cfg(feature = "tower")]
mod conn_layer;
mod connect;
#[cfg(unix)]
mod connect_unix;
#[cfg(feature = "client")]
mod connector;
mod datagrams;
#[cfg(test)]
mod ending_tests;
mod endpoint;
mod error;
pub mod event;
pub mod format;
#[cfg(feature = "tonic")]
mod incoming;
mod listen;
mod listener;
mod open_socket;
mod options;
#[cfg(test)]
#[cfg(all(not(model), target_os = "linux"))]
mod own_process;
mod pause;
mod recorded;
mod recorder;
mod sensor;
#[cfg(test)]
mod shared_listener_tests;
pub mod sink;
mod socket;
mod socket_state;
pub mod split;
mod stream;
mod stream_socket;
#[cfg(unix)]
mod stream_unix;
mod sys;
mod tap;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(test)]
mod transparency_tests;
#[cfg(feature = "client")]
mod transport;
mod udp;
mod udp_bind;
mod udp_receive;
#[cfg(unix)]
mod unix;

#[cfg(feature = "axum")]
pub use crate::axum::PeerAddr;
#[cfg(feature = "tonic")]
pub use crate::tonic::WithConnInfo;
pub use adopt::Origin;
pub use conn_info::ConnInfo;
#[cfg(feature = "tower")]
pub use conn_layer::{ConnLayer, ConnService};
#[cfg(feature = "client")]
pub use connector::TapConnector;
pub use error::RecordingError;
#[cfg(feature = "tonic")]
pub use incoming::TapIncoming;
pub use listen::ListenOptions;
pub use listener::TapListener;
pub use open_socket::{OpenSocket, WaitingFor};
pub use options::{Keepalive, TcpOptions};
pub use socket::Socket;
pub use stream::TapStream;
pub use sys::monotonic_ns;
pub use tap::{Tap, TapBuilder};
#[cfg(feature = "client")]
pub use transport::TapTransport;
pub use udp::TapUdpSocket;
#[cfg(unix)]
pub use unix::TapUnixListener;

/// Runs the example of the README.
#[cfg(all(doctest, feature = "axum", feature = "file"))]
#[doc = include_str!("../README.md")]
struct Readme;
