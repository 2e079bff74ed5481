//! Compiles `.proto` files with their imports.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use protox::file::{File, FileResolver as _, GoogleFileResolver};

use super::essentials::essentials;

/// A `.proto` file and its imports, compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The files as an encoded `google.protobuf.FileDescriptorSet`. The names of types are as in the sources.
    pub(super) descriptor_set: Vec<u8>,
    /// Names of the imports that are in none of the folders.
    pub(super) missing: Vec<String>,
}

/// Reason why a file cannot be compiled.
#[derive(Debug)]
pub(super) enum Error {
    Read(io::Error),
    Parse(protox::Error),
}

/// Compiles a `.proto` file and its imports. An import is searched for in `folders`, then in the folder of the file and in
/// all folders above it. A missing import alone does not fail: most of them define options, which are not needed.
pub(super) fn compile(file: &Path, folders: &[PathBuf]) -> Result<Compiled, Error> {
    let file = file.canonicalize().map_err(Error::Read)?;
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).chain(file.ancestors().skip(1)).collect();
    let google = GoogleFileResolver::new();
    let (mut set, mut missing) = (FileDescriptorSet::default(), Vec::new());
    set.file.push(parse(&file.display().to_string(), &file)?);
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while let Some(compiled) = set.file.get(next) {
        next += 1;
        for name in compiled.dependency.clone() {
            if !seen.insert(name.clone()) {
                continue;
            }
            match find(&name, &folders) {
                Some(path) => set.file.push(parse(&name, &path)?),
                None => match google.open_file(&name) {
                    Ok(known) => set.file.push(known.file_descriptor_proto().clone()),
                    Err(_) => missing.push(name),
                },
            }
        }
    }
    Ok(Compiled { descriptor_set: set.encode_to_vec(), missing })
}

/// Returns the path of an import. As in protoc, its name cannot lead out of a folder.
fn find(name: &str, folders: &[&Path]) -> Option<PathBuf> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    folders.iter().filter(|_| is_inside).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn parse(name: &str, path: &Path) -> Result<FileDescriptorProto, Error> {
    let source = fs::read_to_string(path).map_err(Error::Read)?;
    let file = File::from_source(name, &essentials(&source)).map_err(Error::Parse)?;
    Ok(file.file_descriptor_proto().clone())
}
