//! The HTTP interface of the live page.

pub(crate) mod access;
pub(crate) mod credentials;
pub(crate) mod hello;
pub(crate) mod open_pages;
pub(crate) mod routes;
pub(crate) mod stream;
