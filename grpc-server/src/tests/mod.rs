//! The service from the outside, without a network: through clients, or as bare HTTP.

mod deadlines;
mod errors;
mod gzip;
mod health;
mod panics;
mod protocol;
mod reflection;
mod sizes;
mod support;
mod watching;
#[cfg(feature = "web")]
mod web;
