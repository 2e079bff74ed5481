//! The connection to the database.

pub mod mask;
