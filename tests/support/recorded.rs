//! A server process that records its socket calls to a trace file.

use tempfile::TempDir;

use super::api::Api;
use super::process::Serving;

/// A server process and the directory with its trace, which is deleted on drop.
pub(crate) struct Recorded {
    pub(crate) _directory: TempDir,
    pub(crate) server: Serving,
}

/// Starts the server process of an API, with a trace and with additional flags.
pub(crate) fn recorded<A: Api>(arguments: &[&str]) -> Recorded {
    let directory = TempDir::new().unwrap();
    let trace = directory.path().join("trace.jsonl");
    let arguments = [&["--trace", trace.to_str().unwrap()], arguments].concat();
    Recorded { server: Serving::start(A::SERVER, &arguments), _directory: directory }
}
