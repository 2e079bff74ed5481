//! Records every socket call of a tokio server or client: socket, bind, listen, accept, connect, read, write,
//! sendto, recvfrom, shutdown, close.
//!
//! Use a [`TapListener`] in place of tokio's `TcpListener`. The tap does not change the behavior of the
//! program, adds little cost, and needs no root. If the recorder is overloaded, it drops events and reports
//! how many.
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
//! `docs/recipes.md`, next to this crate's README, lists complete programs with axum, hyper, tonic, rustls, databases
//! and other libraries.
//!
//! # Events
//!
//! An event is the result of a *poll*, not of a system call: tokio retries calls that would block, and the tap records
//! only the result that the program gets. `read` stands for `recv(2)` and `read(2)`, `write` for `send(2)`, `write(2)`
//! and `writev(2)`. A flush of a TCP stream does nothing and is not recorded.
//!
//! # System calls
//!
//! The tap makes the same system calls as tokio's own types, with the same arguments, whether it is on or
//! off: the same backlog, and no option that the program did not choose. When the tap is on, it adds system
//! calls that only query the kernel: for the addresses of a new socket (`getsockname(2)`, `getpeername(2)`)
//! and, before a stream is closed, for the TCP state (`TCP_INFO`, `FIONREAD`, `SO_LINGER`). No system call is
//! added to a read or a write. A listener with [`ListenOptions::save_syn`] also queries the SYN of each connection
//! (`TCP_SAVED_SYN`), and a recording with [`TapBuilder::tcp_info_every`] queries `TCP_INFO` on its own thread. [`TapListener::nodelay`], [`TapListener::keepalive`] and
//! [`TapStream::connect_with`] set options and record them.
//!
//! # Modules
//!
//! - [`Tap`], [`TapBuilder`]: a recording, and its configuration
//! - [`TapListener`], [`TapStream`]: wrappers of tokio's TCP types, which record every call; frameworks run
//!   on top of the wrappers
//! - [`TcpOptions`], [`Keepalive`], [`ListenOptions`]: socket options that the program chooses
//! - [`PayloadMask`]: keeps the secrets of a stream out of captured payload
//! - [`split`]: the read half and the write half of a stream
//! - [`TapUdpSocket`]: a UDP socket that records its datagrams
//! - `TapUnixListener`: a listener for Unix-domain sockets, which records like [`TapListener`] (Unix only)
//! - [`ConnInfo`]: the number, addresses and age of a connection, for handlers
//! - [`Origin`]: a description of a stream that the tap did not create
//! - [`event`]: the events of a recording, one per socket operation
//! - [`close`]: the details of a `close` event: the side that ended the connection, the totals, the TCP state
//! - [`mod@format`]: the trace as JSON Lines (feature `file`), and as text for a terminal
//! - [`sink`]: destinations of a recording, such as a file or the terminal
//! - [`check`]: assertions on a recording, for tests (feature `check`)
//! - `recorder`: the buffers for events, the clock, and the thread that empties the buffers (private)
//! - `socket_recorder`: records the calls on one open socket (private)
//! - `axum`, `tonic`: adapters for these frameworks, each behind the feature of the same name
//! - `TapConnector`: a connector for hyper-util's legacy client and for tonic's channels (feature `client`)
//! - `ConnLayer`: a layer that records the connection's number on the request's span (feature `tower`)
//!
//! # Features
//!
//! | feature | adds | by default |
//! |---|---|---|
//! | `file` | `TraceFile`, `FlightRecorder`, `TapBuilder::file`, `Tap::dump_on_panic`; reading and writing the trace format (`format::Line`). Depends on serde, serde_json, base64 and itoa. | yes |
//! | `check` | the module `check`. Has no dependencies. | yes |
//! | `axum` | `axum::serve` on a [`TapListener`] | |
//! | `tonic` | `TapIncoming`, for tonic's `serve_with_incoming` | |
//! | `client` | `TapConnector`, for hyper-util's legacy client and for tonic's channels | |
//! | `tower` | `ConnLayer`, which records the connection's number on the request's span | |
//! | `tracing` | `sink::TracingEvents` | |
//!
//! Without features (`default-features = false`) the crate records the same sockets and writes no file. Its sinks are
//! then [`Memory`](sink::Memory), [`Broadcast`](sink::Broadcast), [`LiveLines`](sink::LiveLines) and your own
//! implementations of [`Sink`](sink::Sink). Besides tokio and tokio's own dependencies, the crate then depends on
//! quanta, which reads the processor's clock, and on Unix on rustix.
//!
//! # Output
//!
//! The crate prints nothing. [`Tap::finish`] returns the errors of sinks, and [`TapBuilder::on_error`] reports them.
//! `LiveLines` writes to the writer that the program passes to it.
//!
//! # Minimum supported Rust version
//!
//! Rust 1.88, with any features. A new minor version may require a newer Rust.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Standard error belongs to the program: errors are returned or reported to a callback.
#![cfg_attr(not(test), warn(clippy::print_stderr))]
// The documentation links to items of features that may be off.
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
mod error;
pub mod event;
pub mod format;
#[cfg(feature = "tonic")]
mod incoming;
mod listen;
mod listener;
mod open_socket;
mod options;
mod pause;
mod payload_mask;
mod pending_socket;
mod recorded;
mod recorder;
#[cfg(test)]
#[cfg(all(not(model), target_os = "linux"))]
mod separate_process;
#[cfg(test)]
mod shared_listener_tests;
pub mod sink;
mod socket;
mod socket_recorder;
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
mod transfer_count;
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
pub use payload_mask::PayloadMask;
pub use socket::Socket;
pub use stream::TapStream;
pub use sys::monotonic_ns;
pub use tap::{Tap, TapBuilder};
#[cfg(feature = "client")]
pub use transport::TapTransport;
pub use udp::TapUdpSocket;
#[cfg(unix)]
pub use unix::TapUnixListener;

/// Runs the example in the README.
#[cfg(all(doctest, feature = "axum", feature = "file"))]
#[doc = include_str!("../README.md")]
struct Readme;
