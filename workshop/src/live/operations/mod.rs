//! The operations of the live page: real calls through real clients, each recorded as a named step.
//!
//! # Layout
//!
//! - `handlers`: the request handlers
//! - `operation`: the operations and their titles
//! - `commands`: the same operations as command lines for a terminal
//! - `apis`: the three APIs with their clients
//! - `api`: one API with its recordings and its client
//! - `created_books`: the books that the operations have created and not deleted
//! - `job`: an operation with its number of calls and connections
//! - `execute`: runs a job through an API's client
//! - `watchers`: clients that watch changes until they are stopped
//! - `plain`: calls over plain UDP and TCP sockets
//! - `experiments`: experiments with plain sockets, for the lessons
//! - `wire`: scenarios on a network that can be slow and lossy
//! - `fan_out`: runs a task for several APIs at the same time
//! - `operation_lock`: a lock that lets one operation run at a time
//! - `recorded_session`: runs tasks as named steps in the recordings of a server and its clients

pub(crate) mod api;
pub(crate) mod apis;
pub(crate) mod commands;
mod created_books;
mod execute;
mod experiments;
mod fan_out;
pub(crate) mod handlers;
pub(crate) mod job;
pub(crate) mod operation;
pub(crate) mod operation_lock;
pub(crate) mod plain;
pub(crate) mod recorded_session;
pub(crate) mod watchers;
pub(crate) mod wire;
