//! Checks that the generated files match the `.proto`. With `UPDATE=1` in the environment, writes them
//! instead.
//!
//! protox compiles the `.proto`, so `protoc` is not needed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use std::fs;
use std::path::Path;

use prost::Message as _;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const CONTRACT: &str = "bookshelf/v1/bookshelf.proto";

#[test]
fn generated_code_matches_the_proto_file() {
    let output = tempfile::tempdir().unwrap();
    generate(output.path());
    for file in ["bookshelf.v1.rs", "descriptors.bin"] {
        let expected = fs::read(output.path().join(file)).unwrap();
        let checked_in = Path::new(CRATE).join("src/generated").join(file);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&checked_in, expected).unwrap();
        } else {
            let is_current = fs::read(&checked_in).is_ok_and(|content| content == expected);
            assert!(
                is_current,
                "{} does not match {CONTRACT}; run `UPDATE=1 cargo test -p bookshelf-proto`",
                checked_in.display()
            );
        }
    }
}

/// Generates the Rust code and the descriptor set in `folder`.
fn generate(folder: &Path) {
    let mut compiler = protox::Compiler::new([CRATE]).unwrap();
    // Server reflection needs the imported files, and clients show the comments.
    compiler.include_imports(true).include_source_info(true).open_file(CONTRACT).unwrap();
    let descriptors = compiler.file_descriptor_set();
    fs::write(folder.join("descriptors.bin"), descriptors.encode_to_vec()).unwrap();
    // Users of the code bring their own transports, which run over tapped sockets.
    tonic_prost_build::configure().build_transport(false).out_dir(folder).compile_fds(descriptors).unwrap();
}
