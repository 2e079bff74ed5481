//! Tests that run the commands as child processes: output, exit codes, shutdown.

#[cfg(target_os = "linux")]
pub(crate) mod closed_terminal;
pub(crate) mod messages;
pub(crate) mod one_shelf;
pub(crate) mod plain;
pub(crate) mod processes;
pub(crate) mod shutdown;
pub(crate) mod workshop;
