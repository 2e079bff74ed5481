//! A program, recorded, and what the rules say of it.

use std::path::PathBuf;

use socket_tap::{Tap, TapListener, TapStream};
use socket_trace::lint::report::Report;
use socket_trace::lint::{Options, lint};
use socket_trace::reader::Trace;

/// A recording that is under way.
pub(crate) struct Recorded {
    pub(crate) tap: Tap,
    path: PathBuf,
}

impl Recorded {
    /// Of a server. The name is that of the file, and no other test may have it.
    pub(crate) fn server(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{name}.jsonl"));
        Self { tap: Tap::server(name).file(&path).unwrap().start().unwrap(), path }
    }

    /// Of a client.
    pub(crate) fn client(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-{name}.jsonl"));
        Self { tap: Tap::client(name).file(&path).unwrap().start().unwrap(), path }
    }

    /// A recorded listener on a port of the kernel's choice.
    pub(crate) async fn listen(&self) -> TapListener {
        TapListener::bind(&self.tap, "127.0.0.1:0").await.unwrap()
    }

    /// Ends the recording: what the rules say of it.
    pub(crate) async fn report(self) -> Report {
        self.report_with(&Options::default()).await
    }

    pub(crate) async fn report_with(self, options: &Options) -> Report {
        self.tap.finish().await.unwrap();
        lint(Trace::open(&self.path).unwrap(), options).unwrap()
    }
}

/// A client of the listener, and the server's end of its connection.
pub(crate) async fn pair(client: &Tap, listener: &TapListener) -> (TapStream, TapStream) {
    let client = TapStream::connect(client, listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (client, server)
}

/// The rules that found something, and how often each did.
pub(crate) fn found(report: &Report) -> Vec<(&str, u64)> {
    assert!(report.left_out.is_empty(), "{:?}", report.left_out);
    report.findings.iter().map(|finding| (finding.rule, finding.count)).collect()
}

/// The operations in the lines that a finding shows.
pub(crate) fn shown(report: &Report, finding: usize, example: usize) -> Vec<&str> {
    let lines = &report.findings[finding].examples[example].lines;
    lines.iter().map(|quote| quote.event.op.name()).collect()
}
