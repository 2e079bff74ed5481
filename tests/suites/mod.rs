//! Tests with third-party test suites and clients for each API.

pub(crate) mod graphql;
pub(crate) mod grpc;
pub(crate) mod rest;
