//! Tests that send requests to the router without a network.

mod bodies;
mod conditions;
mod document;
mod messages;
mod openapi;
mod panics;
mod reading;
mod resources;
mod response;
mod support;
mod watch;
mod writing;
