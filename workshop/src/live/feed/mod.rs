//! Reads the data for the live page from the trace files and the kernel.

pub(crate) mod comparison;
mod database;
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod listeners;
mod pacing;
mod server;
pub(crate) mod socket_table;
mod terminal;
