//! Records servers in other languages with `socket-trace record`, and compares their socket calls with those of the servers
//! here.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clients::Grpc;
use rustix::process::Signal;
use socket_trace::compare::{Comparison, Verdict};
use socket_trace::reader::Trace;
use socket_trace::summary::{RecordingState, Role, Summary};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;

use crate::support::http2::{Http2, request};
use crate::support::process::{Serving, command, signal_to};
use crate::support::program::{find, find_node_package, find_python, find_strace, run, run_command};

const SERVERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/servers");

/// An API, with the request that is made once.
#[derive(Clone, Copy)]
enum Api {
    Rest,
    GraphQl,
    Grpc,
}

impl Api {
    fn server(self) -> &'static str {
        match self {
            Self::Rest => "rest-server",
            Self::GraphQl => "graphql-server",
            Self::Grpc => "grpc-server",
        }
    }

    /// Gets a book, with curl or over HTTP/2.
    fn call(self, address: &str) {
        let url = |path| format!("http://{address}{path}");
        let body = match self {
            Self::Rest => run("curl", &["-s", &url("/v1/books/1")]).ok(),
            Self::GraphQl => {
                let query = r#"{"query":"{book(id:1){title}}"}"#;
                let arguments = ["-s", &url("/graphql"), "-H", "content-type: application/json", "-d", query];
                run("curl", &arguments).ok()
            }
            Self::Grpc => Runtime::new().unwrap().block_on(call_grpc(address.parse().unwrap())),
        };
        assert!(body.contains("UNIX Network Programming"), "{body}");
    }

    /// Records the call with the tap of the server here.
    fn ours(self, directory: &Path) -> Summary {
        let trace = directory.join("ours.jsonl");
        let server = Serving::start(self.server(), &["--trace", trace.to_str().unwrap()]);
        self.call(&server.address.to_string());
        wait_for_close(&trace);
        assert!(server.stop().0.success());
        summary(&trace)
    }

    /// Records the call with strace. The server prints its address.
    fn theirs(self, directory: &Path, server: &[&str]) -> Summary {
        let trace = directory.join("theirs.jsonl");
        let mut recorder = Command::new(command("socket-trace"));
        recorder.args(["record", "-o", trace.to_str().unwrap(), "--"]).args(server);
        let mut recorder = recorder.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(recorder.stdout.take().unwrap()).read_line(&mut address).unwrap();
        self.call(address.trim());
        wait_for_close(&trace);
        signal_to(&recorder, Signal::TERM);
        let status = recorder.wait().unwrap();
        assert!(status.success(), "{server:?}: {status}");
        summary(&trace)
    }

    fn compared(self, server: &[&str]) -> Comparison {
        let directory = TempDir::new().unwrap();
        Comparison::of(vec![self.ours(directory.path()), self.theirs(directory.path(), server)])
    }
}

/// Gets a book over HTTP/2, and returns the frames of the response as text. The client reads until the server closes: grpcurl
/// closes first, and whether the server's last writes then fail depends on how busy the machine is.
async fn call_grpc(address: SocketAddr) -> String {
    let mut connection = Http2::connect(address, &[]).await;
    connection.send(&request::<Grpc>(1)).await.unwrap();
    let mut body = String::new();
    while let Some(frame) = connection.next_acknowledged().await {
        body += &String::from_utf8_lossy(&frame.payload);
        if frame.ends(1) {
            break;
        }
    }
    let mut stream = connection.into_inner();
    stream.shutdown().await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    body
}

/// Waits until a connection is closed in a recording in progress.
fn wait_for_close(trace: &Path) {
    let mut show = Command::new(command("socket-trace"));
    show.args(["show", "--follow", "--json"]).arg(trace);
    let mut show = show.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(show.stdout.take().unwrap()).lines();
    let closed = lines.map(Result::unwrap).any(|line| line.contains("ended_by"));
    show.kill().unwrap();
    show.wait().unwrap();
    assert!(closed, "the recording has ended");
}

fn summary(trace: &Path) -> Summary {
    Summary::of(Trace::open(trace).unwrap(), RecordingState::Finished).unwrap()
}

/// Returns `true` if a server shuts an accepted connection down before it closes it.
fn shuts_down(trace: &Summary) -> bool {
    let patterns = trace.call_patterns.get(&Role::Accepted).unwrap();
    let is_usual =
        |pattern: &String| pattern.starts_with("accept → read → write") && pattern.ends_with("close");
    assert!(patterns.keys().all(is_usual), "{patterns:?}");
    patterns.keys().all(|pattern| pattern.contains(" → shutdown"))
}

/// Returns `true` if strace and the programs are installed.
fn has(programs: &[&str]) -> bool {
    find_strace().is_some() && programs.iter().all(|name| find(name).is_some())
}

#[test]
fn rest_server_in_node_makes_the_same_calls() {
    if has(&["node", "curl"]) {
        let compared = Api::Rest.compared(&["node", &format!("{SERVERS}/rest.mjs")]);
        assert_eq!(compared.verdict, Verdict::Same, "{:?}", compared.reasons);
    }
}

#[test]
fn graphql_server_in_node_makes_the_same_calls() {
    if has(&["node", "curl"]) && find_node_package("graphql-http") {
        let compared = Api::GraphQl.compared(&["node", &format!("{SERVERS}/graphql.mjs")]);
        assert_eq!(compared.verdict, Verdict::Same, "{:?}", compared.reasons);
    }
}

#[test]
fn grpc_server_in_python_also_shuts_its_listener_down() {
    let python = find_python("grpc", "tests/clients/grpc-requirements.txt");
    let (true, Some(python)) = (has(&[]), python) else { return };
    let server = [python.to_str().unwrap(), &format!("{SERVERS}/grpc_server.py")];
    let compared = Api::Grpc.compared(&server);
    let [ours, theirs] = compared.traces.as_slice() else { panic!("{:?}", compared.traces) };
    let listens = |trace: &Summary, pattern: &str| {
        trace.call_patterns.get(&Role::Listener).is_some_and(|patterns| patterns.contains_key(pattern))
    };
    assert!(listens(ours, "socket → bind → listen → accept → close"), "{:?}", ours.call_patterns);
    assert!(
        listens(theirs, "socket → bind → listen → accept → shutdown → close"),
        "{:?}",
        theirs.call_patterns
    );
    assert!(shuts_down(ours) && shuts_down(theirs), "{:?}", compared.reasons);
}

#[test]
fn grpc_server_in_go_closes_without_shutdown() {
    let directory = TempDir::new().unwrap();
    let Some(server) = has(&["go"]).then(|| build_go(directory.path())).flatten() else { return };
    let compared = Api::Grpc.compared(&[server.to_str().unwrap()]);
    assert_eq!(compared.verdict, Verdict::Different, "{:?}", compared.reasons);
    let [ours, theirs] = compared.traces.as_slice() else { panic!("{:?}", compared.traces) };
    assert!(shuts_down(ours) && !shuts_down(theirs), "{:?}", compared.reasons);
    let roles: BTreeSet<Role> = compared.differences.iter().map(|difference| difference.role).collect();
    assert_eq!(roles, BTreeSet::from([Role::Accepted]), "{:?}", compared.reasons);
}

/// Builds the server in Go. `None` if its modules cannot be downloaded.
fn build_go(directory: &Path) -> Option<PathBuf> {
    let server = directory.join("go-server");
    let mut build = Command::new("go");
    build.args(["build", "-o", server.to_str().unwrap(), "."]).current_dir(format!("{SERVERS}/go"));
    let built = run_command(&mut build);
    if built.code() == 0 {
        return Some(server);
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "the server in Go must build in CI: {}",
        built.stderr()
    );
    eprintln!("skipped: the server in Go does not build: {}", built.stderr());
    None
}
