//! The service from the outside: over HTTP without a network, over WebSockets on a free port of the loopback.

mod authors;
mod bodies;
mod browser;
mod client;
mod contract;
mod errors;
mod events;
mod hostile;
mod http;
mod limits;
mod merging;
mod panics;
mod reading;
mod skipping;
mod socket;
mod socket_handshake;
mod socket_rules;
mod socket_shutdown;
mod support;
mod title;
mod writing;
