//! Describes a server command.

use std::net::SocketAddr;

/// Name, defaults and help texts of a server command.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Name of the executable, such as `rest-server`.
    pub name: &'static str,
    /// Version of the executable.
    pub version: &'static str,
    /// Name of the API in recordings, such as `rest`.
    pub api: &'static str,
    /// Default of `--listen`.
    pub listen: &'static str,
    /// Sentence at the beginning of `--help`.
    pub about: &'static str,
    /// Examples at the end of `--help`.
    pub examples: &'static str,
    /// Returns commands that call a server at the given address, one per line.
    pub sample_commands: fn(SocketAddr) -> String,
}
