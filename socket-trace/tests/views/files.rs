//! Writes trace files for a test, and runs `socket-trace` on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use socket_tap::format::Side;

use crate::conversation::{Conversation, Outcome};
use crate::header::{header_line, shop};

/// A temporary directory for one test. Dropping it removes the directory.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn new(test: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("socket-trace-{test}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    /// Writes a file into the directory, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
    command.env("NO_COLOR", "1");
    command
}

/// Result of running `socket-trace`.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = command().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { out: text(stdout), err: text(stderr), code: status.code() }
}

const SERVER_EVENTS: &str = r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}
{"t":10000,"sock":1,"op":"bind","local":"127.0.0.1:3000"}
{"t":20000,"sock":1,"op":"listen","backlog":1024}
{"t":30000,"op":"mark","label":"get a book"}
{"t":40000,"sock":2,"op":"accept","on":1,"fd":10,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}
{"t":50000,"sock":2,"op":"read","bytes":18,"data":"R0VUIC8gSFRUUC8xLjENCg0K"}
{"t":60000,"sock":2,"op":"write","bytes":27,"data":"SFRUUC8xLjEgMjA0IE5vIENvbnRlbnQNCg0K"}
{"t":70000,"sock":2,"op":"close","ended_by":"local","rx":18,"tx":27,"reads":1,"writes":1}
{"end":true,"events":8,"lost":0}
"#;

const CLIENT_EVENTS: &str = r#"{"t":35000,"sock":1,"op":"socket","fd":11,"domain":"ipv4","type":"stream"}
{"t":38000,"sock":1,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000"}
{"t":45000,"sock":1,"op":"write","bytes":18}
{"t":65000,"sock":1,"op":"read","bytes":27}
{"t":75000,"sock":1,"op":"read","bytes":0,"eof":true}
{"t":76000,"sock":1,"op":"close","ended_by":"peer","rx":27,"tx":18,"reads":2,"writes":1}
{"end":true,"events":6,"lost":0}
"#;

/// Returns a server's recording of one request, with payload.
pub(crate) fn server_trace() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut header = shop(Side::Server);
        (header.monotonic_ns, header.capture) = (1000, 64);
        format!("{}\n{SERVER_EVENTS}", header_line(&header))
    });
    &TEXT
}

/// Returns the recording of the client that sent the request in [`server_trace`], without payload.
pub(crate) fn client_trace() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut header = shop(Side::Client);
        (header.pid, header.monotonic_ns) = (2, 2000);
        format!("{}\n{CLIENT_EVENTS}", header_line(&header))
    });
    &TEXT
}

/// Returns the recording of the network between [`client_trace`] and [`server_trace`], which lost the first packet with
/// the response.
pub(crate) fn wire_trace() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let at = |sent: u64, arrived: u64| (sent, Outcome::Arrives(arrived));
        let (none, request) = ((&[][..], false), (&[0; 18][..], false));
        let lines = Conversation::new("127.0.0.1:51234", "127.0.0.1:3000", 3_000)
            .packet(at(40_100, 40_300), Side::Client, "SYN", (0, 0), none)
            .packet(at(40_400, 40_600), Side::Server, "SYN ACK", (0, 1), none)
            .packet(at(40_700, 40_900), Side::Client, "ACK", (1, 1), none)
            .packet(at(47_100, 47_500), Side::Client, "PSH ACK", (1, 1), request)
            .packet((61_100, Outcome::Lost), Side::Server, "PSH ACK", (1, 19), (&[0; 27], false))
            .packet(at(62_000, 62_400), Side::Server, "PSH ACK", (1, 19), (&[0; 27], true))
            .packet(at(62_500, 62_700), Side::Client, "ACK", (19, 28), none)
            .packet(at(71_100, 71_300), Side::Server, "FIN ACK", (28, 19), none)
            .packet(at(78_100, 78_300), Side::Client, "FIN ACK", (19, 29), none)
            .packet(at(78_400, 78_600), Side::Server, "ACK", (29, 20), none)
            .lines();
        lines.join("\n") + "\n"
    });
    &TEXT
}
