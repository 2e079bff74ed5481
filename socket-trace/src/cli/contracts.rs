//! The flag `--proto` of the subcommands that decode payload.

use std::path::PathBuf;

use clap::Args;

use super::failed::Done;
use socket_dissect::Contracts;

/// Arguments to flatten into those of a subcommand.
#[derive(Debug, Args)]
pub(super) struct ContractFlags {
    /// Contract to decode gRPC messages by: a .proto file, or descriptors compiled by protoc. The bookshelf's is
    /// built in; fields of other messages are shown by number
    #[arg(long, value_name = "FILE")]
    proto: Vec<PathBuf>,
}

impl ContractFlags {
    /// Returns the bookshelf's contract and those of the files.
    pub(super) fn read(&self) -> Done<Contracts> {
        let mut contracts = Contracts::bookshelf();
        for file in &self.proto {
            contracts.add(file)?;
        }
        Ok(contracts)
    }
}
