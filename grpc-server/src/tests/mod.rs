//! Tests of the services without a network, through tonic clients or as plain HTTP.

mod deadlines;
mod errors;
mod gzip;
mod health;
mod messages;
mod protocol;
mod reflection;
mod sizes;
mod support;
mod watching;
#[cfg(feature = "web")]
mod web;
