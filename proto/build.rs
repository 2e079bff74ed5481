//! Compiles the `.proto` with protox, so that no `protoc` has to be installed.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    const CONTRACT: &str = "bookshelf/v1/bookshelf.proto";
    println!("cargo::rerun-if-changed={CONTRACT}");

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_file(CONTRACT)?;
    let descriptors = compiler.file_descriptor_set();

    // Server reflection hands the descriptors to clients such as grpcurl.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;

    // Without the transport: who serves or connects brings it, over a socket of its own.
    #[cfg(feature = "code")]
    tonic_prost_build::configure().build_transport(false).compile_fds(descriptors)?;
    Ok(())
}
