//! The workshop's page: access, events, actions, browser tests.

pub(crate) mod access;
pub(crate) mod actions;
pub(crate) mod browser;
pub(crate) mod files;
pub(crate) mod stream;
