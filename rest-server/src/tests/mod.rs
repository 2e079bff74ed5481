//! The service from the outside, without a network.

mod bodies;
mod changes;
mod conditions;
mod document;
mod panics;
mod reading;
mod resources;
mod support;
mod writing;
