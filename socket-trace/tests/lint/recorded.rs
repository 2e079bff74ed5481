//! Records sockets of a test, and lints the recording.

use std::path::PathBuf;

use socket_tap::{Tap, TapListener, TapStream};
use socket_trace::lint::report::Report;
use socket_trace::lint::{Options, lint};
use socket_trace::reader::Trace;

/// A recording that a test is making.
pub(crate) struct Recorded {
    pub(crate) tap: Tap,
    path: PathBuf,
}

impl Recorded {
    /// Starts recording a server. `name` becomes the name of the trace file, so it must be unique among the
    /// tests.
    pub(crate) fn server(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{name}.jsonl"));
        Self { tap: Tap::server(name).file(&path).unwrap().start().unwrap(), path }
    }

    /// Starts recording a client. `name` must be unique among the tests.
    pub(crate) fn client(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{name}.jsonl"));
        Self { tap: Tap::client(name).file(&path).unwrap().start().unwrap(), path }
    }

    /// Binds a recorded listener to a free port.
    pub(crate) async fn listen(&self) -> TapListener {
        TapListener::bind(&self.tap, "127.0.0.1:0").await.unwrap()
    }

    /// Ends the recording, and returns the lint report on it.
    pub(crate) async fn report(self) -> Report {
        self.report_with(&Options::default()).await
    }

    pub(crate) async fn report_with(self, options: &Options) -> Report {
        self.tap.finish().await.unwrap();
        lint(Trace::open(&self.path).unwrap(), options).unwrap()
    }
}

/// Connects a client to the listener. Returns the client's and the server's end of the connection.
pub(crate) async fn pair(client: &Tap, listener: &TapListener) -> (TapStream, TapStream) {
    let client = TapStream::connect(client, listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (client, server)
}

/// Returns the names of the rules with findings, each with its number of occurrences.
pub(crate) fn found(report: &Report) -> Vec<(&str, u64)> {
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    report.findings.iter().map(|finding| (finding.rule, finding.count)).collect()
}

/// Returns the operations of the trace lines that an example quotes. `finding` is an index in the report, and
/// `example` an index in the finding.
pub(crate) fn shown(report: &Report, finding: usize, example: usize) -> Vec<&str> {
    let lines = &report.findings[finding].examples[example].lines;
    lines.iter().map(|quote| quote.event.op.name()).collect()
}
