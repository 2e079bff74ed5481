//! The flag `--proto` of the subcommands that decode gRPC messages.

use std::path::PathBuf;

use clap::Args;
use socket_dissect::Contracts;

use super::failed::CommandResult;
use crate::contracts::{add_file, bookshelf};

/// Flags that name protobuf contracts, for subcommands to flatten into their arguments.
#[derive(Debug, Args)]
pub(super) struct ContractFlags {
    /// Contract by which gRPC messages are decoded: a .proto, or a descriptor set compiled by protoc. The
    /// contract of the bookshelf API is built in. Without a contract, fields are shown by number
    #[arg(long, value_name = "FILE")]
    proto: Vec<PathBuf>,
    /// Folder in which the imports of a .proto are searched for, before the folder of the file and those above it
    #[arg(short = 'I', long = "import-path", value_name = "DIR", requires = "proto")]
    import_path: Vec<PathBuf>,
}

impl ContractFlags {
    /// Returns the bookshelf's protobuf contract, extended by the files given with `--proto`.
    pub(super) fn read(&self) -> CommandResult<Contracts> {
        let mut contracts = bookshelf();
        for file in &self.proto {
            add_file(&mut contracts, file, &self.import_path)?;
        }
        Ok(contracts)
    }
}
