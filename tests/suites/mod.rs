//! Public suites and clients of each protocol.

pub(crate) mod graphql;
pub(crate) mod grpc;
pub(crate) mod rest;
