//! Tests of a recorded database connection. `socket-dissect` finds the same PostgreSQL messages as Wireshark, and
//! the commands of `socket-trace` show the statements.

mod session;
mod wireshark;

use std::path::PathBuf;

use serde_json::Value;
use socket_dissect::{Class, Dissector, Layer, Part};
use socket_tap::event::{Addr, Op};
use socket_trace::reader::Trace;
use tempfile::TempDir;

use crate::support::postgres::Postgres;
use crate::support::process::command;
use crate::support::program::{Ran, find, run};

/// A recording of a database session, in a directory that is deleted on drop.
struct Recording {
    directory: TempDir,
    port: u16,
}

impl Recording {
    /// Records the session. Returns `None` if PostgreSQL is not installed.
    async fn new() -> Option<Self> {
        let server = Postgres::start()?;
        let recording = Self { directory: TempDir::new().unwrap(), port: server.port() };
        session::record(&server, &recording.trace()).await;
        Some(recording)
    }

    fn trace(&self) -> PathBuf {
        self.directory.path().join("shop.jsonl")
    }

    /// Runs a command of `socket-trace` on the recording.
    fn run(&self, arguments: &[&str]) -> Ran {
        let trace = self.trace();
        run(command("socket-trace"), &[arguments, &[trace.to_str().unwrap()]].concat())
    }

    /// Returns the PostgreSQL messages that `socket-dissect` finds, as [`Part`]s: first those sent to the
    /// server, then those sent to the client.
    fn parts(&self) -> [Vec<Part>; 2] {
        let mut trace = Trace::open(self.trace()).unwrap();
        let mut dissector = Dissector::new(trace.header().side);
        let mut parts = [Vec::new(), Vec::new()];
        while let Some(event) = trace.next_event().unwrap() {
            if let Op::Connect { peer: Some(Addr::Ip(peer)), .. } = &event.op {
                assert_eq!(peer.port(), self.port);
            }
            parts[usize::from(matches!(event.op, Op::Read(_)))].extend(dissector.observe(&event));
        }
        parts
    }
}

#[tokio::test]
async fn postgres_dissection_agrees_with_wireshark() {
    let Some(tshark) = find("tshark") else { return };
    let Some(recording) = Recording::new().await else { return };
    let capture = recording.directory.path().join("shop.pcapng");
    let pcapng = capture.to_str().unwrap();
    let export = recording.run(&["export", "-o", pcapng]);
    assert!(
        export.stderr().contains(&format!("-d tcp.port=={},pgsql", recording.port)),
        "{}",
        export.stderr()
    );
    let theirs = wireshark::messages(&tshark, pcapng, recording.port);
    let ours = recording.parts().map(|parts| wireshark::comparable(&parts));
    assert_eq!(ours, theirs);
    assert!(ours.iter().all(|messages| messages.len() > 40), "{ours:#?}");
}

#[tokio::test]
async fn database_statements_are_shown_without_secrets() {
    let Some(recording) = Recording::new().await else { return };
    let parts = recording.parts();
    let unexpected = |part: &&Part| part.layer != Layer::Postgres || part.class == Class::Unknown;
    assert_eq!(parts.iter().flatten().find(unexpected), None);

    let shown = recording.run(&["show"]).ok();
    for words in [
        "StartupMessage user postgres, database postgres, application_name shop",
        "Authentication SASL",
        "Bind SELECT title FROM books WHERE id = $1 (0x00000003), Execute, Sync",
        "SELECT title FROM books WHERE id = $1 → 1 row, ReadyForQuery idle",
        "DataRow x 14, SELECT title FROM books → 14 rows, ReadyForQuery idle",
        "ErrorResponse ERROR 23505: ",
        "ReadyForQuery failed transaction",
        "NotificationResponse changes: 17",
        "ErrorResponse FATAL 28P01: ",
        "CancelRequest process ",
        "SSLResponse refused",
        "Terminate",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(!shown.contains(session::WRONG_PASSWORD), "{shown}");

    let map = recording.run(&["layers", "--json", "--call", "1"]).ok();
    let map: Value = serde_json::from_str(&map).unwrap();
    assert_eq!(map["operation"], "INSERT INTO books SELECT id, 'book ' || id FROM generate_series(1, 14) id");
    let titles = |direction: usize| -> Vec<&str> {
        let levels = map["ways"][direction]["levels"].as_array().unwrap();
        levels.iter().map(|level| level["title"].as_str().unwrap()).collect()
    };
    assert_eq!(titles(0), ["client's writes", "PostgreSQL", "statements"]);
    let text = map["ways"][1]["levels"][2]["blocks"][0]["text"].as_str().unwrap();
    assert!(text.ends_with("→ 14 rows"), "{text}");

    let sequence = recording.run(&["sequence", "--sock", "1"]).ok();
    assert!(sequence.contains("StartupMessage"), "{sequence}");
    let lint = recording.run(&["lint"]);
    assert_eq!(lint.code(), 0, "{}", lint.stdout());
}
