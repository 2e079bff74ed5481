//! The flag `--proto`, for each subcommand that says what was carried.

use std::path::PathBuf;

use clap::Args;

use super::Done;
use crate::dissect::Contracts;

/// Flatten this into a subcommand's arguments.
#[derive(Debug, Args)]
pub(super) struct ContractFlags {
    /// A contract to read gRPC messages by: a .proto, or descriptors that protoc has compiled. The bookshelf's is
    /// built in; without a contract fields are shown by number
    #[arg(long = "proto", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl ContractFlags {
    /// The bookshelf's contract, and those of the files.
    #[allow(dead_code, reason = "for the subcommands that are to come")]
    pub(super) fn read(&self) -> Done<Contracts> {
        let mut contracts = Contracts::bookshelf();
        for file in &self.files {
            contracts.add(file)?;
        }
        Ok(contracts)
    }
}
