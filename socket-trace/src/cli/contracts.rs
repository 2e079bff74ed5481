//! The flag `--proto`, for each subcommand that says what was carried.

use std::path::PathBuf;

use clap::Args;

use super::failed::Done;
use socket_dissect::Contracts;

/// Flatten this into a subcommand's arguments.
#[derive(Debug, Args)]
pub(super) struct ContractFlags {
    /// A contract to read gRPC messages by: a .proto, or descriptors that protoc has compiled. The bookshelf's is
    /// built in; without a contract fields are shown by number
    #[arg(long, value_name = "FILE")]
    proto: Vec<PathBuf>,
}

impl ContractFlags {
    /// The bookshelf's contract, and those of the files.
    pub(super) fn read(&self) -> Done<Contracts> {
        let mut contracts = Contracts::bookshelf();
        for file in &self.proto {
            contracts.add(file)?;
        }
        Ok(contracts)
    }
}
