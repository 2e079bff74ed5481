//! The PostgreSQL frontend/backend protocol, version 3:
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>.
//!
//! Each message is one protocol unit (see `Part::unit`). A call consists of a `Query`, or of all messages up
//! to a `Sync`, and of the responses up to `ReadyForQuery`.
//!
//! | class | bytes |
//! |---|---|
//! | connection | start-up, authentication, `ParameterStatus`, `BackendKeyData`, `Terminate`, requests to encrypt or cancel |
//! | framing | type and length of all other messages; messages without content, such as `Sync` and `BindComplete` |
//! | headers | description of the content: `Describe`, `Execute`, `RowDescription`, `CommandComplete`, `ErrorResponse`, `ReadyForQuery` |
//! | payload | statements, parameters, rows, data of `COPY`, notifications |
//!
//! Texts never contain a password, a proof of SASL, or the secret of `BackendKeyData` or `CancelRequest`.
//!
//! # Layout
//!
//! - `connection`: [`Postgres`], both directions of a connection
//! - `reader`: one direction, message by message
//! - `kind`: types of messages; `startup`: the packets before the first typed message
//! - `recognition`: recognition of the protocol by the first bytes
//! - `requests`, `responses`: texts and effects of the messages of each direction
//! - `session`: authentication and prepared statements; `exchanges`: calls without complete response
//! - `statements`: names and texts of statements; `rows`: values of rows and parameters
//! - `error`: errors and notices; `authentication`: kinds of authentication requests and responses
//! - `fields`: fields of a message body

mod authentication;
mod connection;
mod error;
mod exchanges;
mod fields;
mod kind;
mod reader;
mod recognition;
mod requests;
mod responses;
mod rows;
mod session;
mod startup;
mod statements;

pub(super) use connection::Postgres;
pub(super) use recognition::{is_startup, may_be_postgres};

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hole_tests;
#[cfg(test)]
mod startup_tests;
#[cfg(test)]
mod tests;
