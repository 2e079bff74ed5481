//! Endings whose true cause is known by construction, and what `socket-trace why` says about them. Both ends are recorded if
//! both run in this process; an external program is the other end otherwise.
//!
//! - `scene`: records one connection and explains its end
//! - `peers`: external programs as clients and servers
//! - `socket`, `tls`, `http1`, `http2`, `grpc`, `websocket`: the endings, by level

mod grpc;
mod http1;
mod http2;
mod peers;
mod scene;
mod socket;
mod tls;
mod websocket;
