//! Tests of the workshop's live page: access, event stream, operations, downloads, browser.

pub(crate) mod access;
pub(crate) mod actions;
pub(crate) mod browser;
pub(crate) mod exercises;
pub(crate) mod experiments;
pub(crate) mod files;
pub(crate) mod room;
pub(crate) mod room_descriptors;
pub(crate) mod steps;
pub(crate) mod stream;
pub(crate) mod wire;
