//! Reads protobuf contracts from `.proto` files and descriptor sets.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use socket_dissect::{Contracts, contracts};

use super::sources;

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
    /// The file uses a type that it does not define, and imports that were not found.
    MissingImports {
        names: Vec<String>,
        unknown: contracts::Error,
    },
}

/// Adds the services of a file: a `.proto`, or an encoded `google.protobuf.FileDescriptorSet` as `protoc
/// --descriptor_set_out --include_imports` writes it. Imports of a `.proto` are searched for in `import_path`, in the
/// file's own folder and in all folders above it. An import that defines only options may be missing.
///
/// ```
/// let error = socket_trace::contracts::add_file(&mut socket_trace::contracts::bookshelf(), "no/such.proto", &[]);
/// assert!(error.is_err());
/// ```
///
/// # Errors
/// The file cannot be read, is neither a `.proto` nor a descriptor set, uses a type that is not defined, or defines no
/// service.
pub fn add_file(
    contracts: &mut Contracts,
    file: impl AsRef<Path>,
    import_path: &[PathBuf],
) -> Result<(), Error> {
    let file = file.as_ref();
    add(contracts, file, import_path).map_err(|cause| Error { file: file.display().to_string(), cause })
}

fn add(contracts: &mut Contracts, file: &Path, import_path: &[PathBuf]) -> Result<(), Cause> {
    if file.extension().and_then(OsStr::to_str) != Some("proto") {
        let descriptor_set = fs::read(file).map_err(Cause::Io)?;
        return contracts.add_descriptors(&descriptor_set).map_err(Cause::Descriptors);
    }
    let compiled = sources::compile(file, import_path).map_err(|error| match error {
        sources::Error::Read(error) => Cause::Io(error),
        sources::Error::Parse(error) => Cause::Source(error),
    })?;
    contracts.add_descriptors(&compiled.descriptor_set).map_err(|error| match error {
        contracts::Error::UnknownType { .. } if !compiled.missing.is_empty() => {
            Cause::MissingImports { names: compiled.missing, unknown: error }
        }
        error => Cause::Descriptors(error),
    })
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
            Cause::Descriptors(contracts::Error::UnknownType { name, used_by }) => {
                write!(f, "the contract {file} does not define the type {name} of {used_by}")?;
                match Path::new(file).extension().and_then(OsStr::to_str) {
                    Some("proto") => f.write_str("; add the import that defines it"),
                    _ => f.write_str("; compile it with `protoc --include_imports --descriptor_set_out`"),
                }
            }
            Cause::MissingImports { names, unknown } => {
                write!(f, "cannot compile the contract {file}: no folder contains {}", names.join(", "))?;
                if let contracts::Error::UnknownType { name, used_by } = unknown {
                    write!(f, ", so {name}, the type of {used_by}, is unknown")?;
                }
                f.write_str("; name the folders of its imports with -I")
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
