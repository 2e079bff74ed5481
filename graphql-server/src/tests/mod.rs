//! The service from the outside: over HTTP without a network, over WebSockets on a free port of the loopback.

mod browser;
mod errors;
mod http;
mod limits;
mod reading;
mod socket;
mod socket_rules;
mod support;
mod writing;
