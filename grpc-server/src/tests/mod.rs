//! The server from the outside.
