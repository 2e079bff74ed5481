//! The operations of the live page: real calls through real clients, each recorded as a named step.
//!
//! # Layout
//!
//! - `handlers`: the request handlers
//! - `operation`: the operations and their titles
//! - `commands`: the same operations as command lines for a terminal
//! - `apis`: the three APIs with their clients
//! - `api`: the state of one API
//! - `job`: an operation with its number of calls and connections
//! - `execute`: runs a job through an API's client
//! - `watchers`: clients that watch changes until they are stopped
//! - `plain`: calls over plain UDP and TCP sockets
//! - `fan_out`: runs a task for several APIs at the same time
//! - `operation_lock`: a lock with a bounded queue, for one operation at a time
//! - `recorded_session`: a pair of recordings in which a task runs as one step

pub(crate) mod api;
pub(crate) mod apis;
pub(crate) mod commands;
mod execute;
mod fan_out;
pub(crate) mod handlers;
pub(crate) mod job;
pub(crate) mod operation;
pub(crate) mod operation_lock;
pub(crate) mod plain;
pub(crate) mod recorded_session;
pub(crate) mod watchers;
