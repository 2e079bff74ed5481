//! Contracts in protobuf: what the methods of services take and return.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::LazyLock;
use std::{fmt, fs, io};

use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};

/// The services that are known.
///
/// ```
/// use socket_dissect::Contracts;
///
/// let mut contracts = Contracts::bookshelf();
/// let error = contracts.add("no/such.proto").unwrap_err().to_string();
/// assert!(error.starts_with("cannot read the contract no/such.proto: "), "{error}");
/// ```
#[derive(Clone, Debug)]
pub struct Contracts {
    /// One for each file: two may have services of one name.
    pools: Vec<DescriptorPool>,
}

/// Why a contract cannot be used.
#[derive(Debug)]
pub struct Error {
    /// The file.
    file: String,
    what: What,
}

#[derive(Debug)]
enum What {
    Io(io::Error),
    Source(protox::Error),
    Descriptors(DescriptorError),
    NoService,
}

impl Default for Contracts {
    fn default() -> Self {
        Self::bookshelf()
    }
}

impl Contracts {
    /// The bookshelf's, which is built in.
    #[must_use]
    pub fn bookshelf() -> Self {
        // It is made when this program is built, and the tests see whether it is there.
        static BOOKSHELF: LazyLock<Option<DescriptorPool>> =
            LazyLock::new(|| DescriptorPool::decode(bookshelf_proto::DESCRIPTORS).ok());
        Self { pools: BOOKSHELF.iter().cloned().collect() }
    }

    /// Adds the services of a file: a `.proto`, or a `google.protobuf.FileDescriptorSet` as `protoc` writes it with
    /// `--descriptor_set_out --include_imports`. What a `.proto` imports is looked for in its own folder and in all
    /// above it.
    ///
    /// # Errors
    /// When it cannot be read, is neither of the two, or has no service.
    pub fn add(&mut self, file: impl AsRef<Path>) -> Result<(), Error> {
        let file = file.as_ref();
        let pool = read(file).map_err(|what| Error { file: file.display().to_string(), what })?;
        // The last that was added comes first.
        self.pools.insert(0, pool);
        Ok(())
    }

    /// The types of a method's messages: what it takes, and what it returns.
    pub(super) fn types(
        &self,
        service: &str,
        method: &str,
    ) -> Option<(MessageDescriptor, MessageDescriptor)> {
        let service = self.pools.iter().find_map(|pool| pool.get_service_by_name(service))?;
        let method = service.methods().find(|known| known.name() == method)?;
        Some((method.input(), method.output()))
    }
}

fn read(file: &Path) -> Result<DescriptorPool, What> {
    let pool = match file.extension().and_then(OsStr::to_str) {
        Some("proto") => compile(file)?,
        _ => DescriptorPool::decode(&*fs::read(file).map_err(What::Io)?).map_err(What::Descriptors)?,
    };
    if pool.services().len() == 0 { Err(What::NoService) } else { Ok(pool) }
}

fn compile(file: &Path) -> Result<DescriptorPool, What> {
    let file = file.canonicalize().map_err(What::Io)?;
    let mut compiler = protox::Compiler::new(file.ancestors().skip(1)).map_err(What::Source)?;
    compiler.include_imports(true).open_file(&file).map_err(What::Source)?;
    Ok(compiler.descriptor_pool())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, what } = self;
        match what {
            What::Io(error) => write!(f, "cannot read the contract {file}: {error}"),
            What::Source(error) => write!(f, "cannot read the contract {file}: {error}"),
            What::Descriptors(error) => {
                write!(f, "{file} is neither a .proto nor a set of descriptors that protoc writes: {error}")
            }
            What::NoService => write!(f, "the contract {file} has no service"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
#[path = "contracts_tests.rs"]
mod tests;
