//! A server process that records.

use tempfile::TempDir;

use super::api::Api;
use super::process::Serving;

/// A server with its trace; dropping it deletes the trace.
pub(crate) struct Recorded {
    pub(crate) _directory: TempDir,
    pub(crate) server: Serving,
}

/// Starts the server process with these additional flags.
pub(crate) fn recorded<A: Api>(arguments: &[&str]) -> Recorded {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let arguments = [&["--trace", trace.to_str().unwrap()], arguments].concat();
    Recorded { server: Serving::start(A::SERVER, &arguments), _directory: directory }
}
