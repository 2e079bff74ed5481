//! Tests that send requests to the router without a network.

mod bodies;
mod conditions;
mod document;
mod messages;
mod panics;
mod reading;
mod resources;
mod support;
mod watch;
mod writing;
