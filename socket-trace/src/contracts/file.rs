//! Reads protobuf contracts from `.proto` files and descriptor sets.

use std::ffi::OsStr;
use std::path::Path;
use std::{fmt, fs, io};

use socket_dissect::{Contracts, contracts};

/// Reason why a protobuf contract in a file cannot be used.
#[derive(Debug)]
pub struct Error {
    file: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    Source(protox::Error),
    Descriptors(contracts::Error),
}

/// Adds the services of a file: a `.proto`, or an encoded `google.protobuf.FileDescriptorSet` as `protoc
/// --descriptor_set_out --include_imports` writes it. Imports of a `.proto` are searched for in its own directory and in
/// all parent directories.
///
/// ```
/// let error = socket_trace::contracts::add_file(&mut socket_trace::contracts::bookshelf(), "no/such.proto");
/// assert!(error.is_err());
/// ```
///
/// # Errors
/// The file cannot be read, is neither a `.proto` nor a descriptor set, or defines no service.
pub fn add_file(contracts: &mut Contracts, file: impl AsRef<Path>) -> Result<(), Error> {
    let file = file.as_ref();
    add(contracts, file).map_err(|cause| Error { file: file.display().to_string(), cause })
}

fn add(contracts: &mut Contracts, file: &Path) -> Result<(), Cause> {
    let descriptor_set = match file.extension().and_then(OsStr::to_str) {
        Some("proto") => compile(file)?,
        _ => fs::read(file).map_err(Cause::Io)?,
    };
    contracts.add_descriptors(&descriptor_set).map_err(Cause::Descriptors)
}

fn compile(file: &Path) -> Result<Vec<u8>, Cause> {
    let file = file.canonicalize().map_err(Cause::Io)?;
    let mut compiler = protox::Compiler::new(file.ancestors().skip(1)).map_err(Cause::Source)?;
    compiler.include_imports(true).open_file(&file).map_err(Cause::Source)?;
    Ok(compiler.encode_file_descriptor_set())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, cause } = self;
        match cause {
            Cause::Io(error) => write!(f, "cannot read the contract {file}: {error}"),
            Cause::Source(error) => write!(f, "cannot compile the contract {file}: {error}"),
            Cause::Descriptors(contracts::Error::NoService) => {
                write!(f, "the contract {file} defines no service")
            }
            Cause::Descriptors(error) => {
                write!(f, "{file} is neither a .proto file nor a descriptor set written by protoc: {error}")
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
