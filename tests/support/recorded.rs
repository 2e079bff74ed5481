//! A server as a program that records.

use tempfile::TempDir;

use super::api::Api;
use super::process::Serving;

/// A server with its trace, which goes when this does.
pub(crate) struct Recorded {
    pub(crate) _directory: TempDir,
    pub(crate) server: Serving,
}

/// Starts it as a program, with these flags besides.
pub(crate) fn recorded<A: Api>(arguments: &[&str]) -> Recorded {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let arguments = [&["--trace", trace.to_str().unwrap()], arguments].concat();
    Recorded { server: Serving::start(A::SERVER, &arguments), _directory: directory }
}
