//! Compares the traces of the three servers with strace's logs. A trace must contain every system call on the
//! server's sockets, and nothing else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bookshelf::{ListBooks, NewBook};
use clients::{Client, Rest, Watch as _};
use socket_tap::Tap;
use socket_trace::reader::Trace;
use socket_trace::verify::log::Log;
use socket_trace::verify::report::{Report, Verdict};
use socket_trace::verify::verify;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::api::Api;
use crate::support::process::{STRACE_CALLS, Serving, command};
use crate::support::program::{find_strace, run};
use crate::support::tour::{PORTS, recordings};

each_api!(trace_of_server_agrees_with_strace);

/// A server process under strace. The server writes a trace, and strace writes a log.
pub(crate) struct Watched {
    _directory: TempDir,
    trace: PathBuf,
    log: PathBuf,
    pub(crate) server: Serving,
}

impl Watched {
    /// Starts the server under strace. Returns `None` if strace is not available.
    pub(crate) fn start(server: &str) -> Option<Self> {
        let strace = find_strace()?;
        let directory = TempDir::new().unwrap();
        let [trace, log] = ["trace.jsonl", "strace"].map(|name| directory.path().join(name));
        let arguments = ["--trace", trace.to_str().unwrap()];
        let server = Serving::under_strace(&strace, &log, server, &arguments);
        Some(Self { _directory: directory, trace, log, server })
    }

    /// Stops the server and compares its trace with strace's log. Does not block this thread, because a
    /// client's task may run on it.
    pub(crate) async fn stop(self) -> (TempDir, PathBuf, PathBuf, Report) {
        let Self { _directory: directory, trace, log, server } = self;
        let (status, _, err) = tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
        assert!(status.success(), "{status}: {err}");
        let report = verify(Trace::open(&trace).unwrap(), Log::open(&log).unwrap()).unwrap();
        (directory, trace, log, report)
    }
}

async fn trace_of_server_agrees_with_strace<A: Api>() {
    let Some(watched) = Watched::start(A::SERVER) else { return };
    let address = watched.server.address;
    many_calls::<A>(address).await;
    many_connections::<A>(address).await;
    half_close::<A>(address).await;
    vanish::<A>(address).await;
    slow_reader::<A>(address, &watched.log).await;
    let mut stays = A::connect(&Tap::off(), address).await.unwrap();
    stays.book(1).await.unwrap();
    let (_directory, trace, _log, report) = watched.stop().await;
    assert_eq!(report.verdict, Verdict::Exact, "{report}");
    assert!(report.sockets > 20 && report.calls > 300 && report.hidden.would_block > 5, "{report}");
    // Every client made its calls.
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(trace.contains(r#""errno":104"#), "no reset was seen");
    assert!(trace.contains(r#""eof":true"#), "no end was seen");
}

/// Makes calls on one connection. Some list so many long titles that the response takes several reads.
async fn many_calls<A: Api>(address: SocketAddr) {
    let mut client = A::connect(&Tap::off(), address).await.unwrap();
    client.book(1).await.unwrap();
    client.book(99).await.unwrap_err();
    for number in 0..90 {
        let title = format!("{number:0>200}");
        client.create(NewBook { title, author_id: 2, year: 2001 }).await.unwrap();
    }
    let page = ListBooks { page_size: Some(100), ..ListBooks::default() };
    for _ in 0..3 {
        assert_eq!(client.list(&page).await.unwrap().books.len(), 100);
    }
    client.close().await;
}

/// Opens concurrent connections, closes them, and opens others that get the same file descriptors.
async fn many_connections<A: Api>(address: SocketAddr) {
    for _ in 0..2 {
        let mut clients = Vec::new();
        for _ in 0..8 {
            clients.push(A::connect(&Tap::off(), address).await.unwrap());
        }
        for mut client in clients {
            client.author_with_books(1).await.unwrap();
            client.close().await;
        }
    }
}

/// Half-closes a connection before the response arrives, and another one in the middle of the response.
async fn half_close<A: Api>(address: SocketAddr) {
    for wait in [false, true] {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&request::<A>()).await.unwrap();
        if wait {
            client.read_u8().await.unwrap();
        }
        client.shutdown().await.unwrap();
        client.read_to_end(&mut Vec::new()).await.unwrap();
    }
}

/// Closes connections, with FIN and with RST: before a request, in the middle of one, with an unread
/// response, and with an open change stream.
async fn vanish<A: Api>(address: SocketAddr) {
    let whole = request::<A>();
    for reset in [false, true] {
        for said in [&[][..], &whole[..10], &whole] {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(said).await.unwrap();
            if reset {
                client.set_zero_linger().unwrap();
            }
        }
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&whole).await.unwrap();
        // Closing with unread bytes sends a reset.
        client.read_u8().await.unwrap();
        client.write_all(&whole[..10]).await.unwrap();
        if reset {
            client.set_zero_linger().unwrap();
        }
    }
    let watch = A::watch(&Tap::off(), address, 9).await.unwrap();
    drop(watch);
    let mut watch = A::watch(&Tap::off(), address, 9).await.unwrap();
    let mut client = A::connect(&Tap::off(), address).await.unwrap();
    client.create(NewBook { title: "Seen".to_owned(), author_id: 2, year: 2001 }).await.unwrap();
    watch.next().await.unwrap().unwrap();
    watch.close().await;
    client.close().await;
}

/// Causes partial writes with long responses to a slow reader, and partial reads with a long GraphQL request.
async fn slow_reader<A: Api>(address: SocketAddr, log: &Path) {
    let (asked, last) = match A::API {
        "rest" => (get("/v1/books?page_size=100").repeat(50), get("/v1/books/1")),
        "graphql" => (get("/graphql/assets/graphiql-3.8.3.min.js").repeat(12), long_post()),
        // An HTTP/2 client limits the flow by its window, so the socket buffers never fill.
        _ => return,
    };
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let mut client = socket.connect(address).await.unwrap();
    client.write_all(asked.as_bytes()).await.unwrap();
    client.write_all(last.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes()).await.unwrap();
    // These responses exceed the kernel's buffers for a client that does not read.
    while A::API == "graphql" && !has_full_write(log) {
        tokio::task::yield_now().await;
    }
    let (mut total, mut part) = (0, [0; 4096]);
    loop {
        match client.read(&mut part).await.unwrap() {
            0 => break,
            read => total += read,
        }
    }
    assert!(total > 1_000_000, "{total} bytes");
}

/// Returns `true` if strace's log contains a write that failed with EAGAIN because the socket buffer was
/// full.
fn has_full_write(log: &Path) -> bool {
    let is_full = |line: &str| line.contains("writev") && line.contains("EAGAIN");
    std::fs::read_to_string(log).unwrap().lines().any(is_full)
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

/// Returns a GraphQL request whose query has almost 60 KiB, most of it a comment.
fn long_post() -> String {
    let body = format!(r##"{{"query":"#{}\n{{book(id:1){{title}}}}"}}"##, "x".repeat(60_000));
    let head = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Returns the first bytes that a client sends: a request, or for gRPC the HTTP/2 preface with empty
/// SETTINGS.
pub(crate) fn request<A: Client>() -> Vec<u8> {
    match A::API {
        "rest" => b"GET /v1/books/1 HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        "graphql" => {
            b"GET /graphql?query=%7Bbook(id:1)%7Btitle%7D%7D HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec()
        }
        _ => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(),
    }
}

/// The workshop process runs the clients, so one strace log covers the three client traces and the three
/// server traces.
#[test]
fn traces_of_clients_and_servers_agree_with_strace() {
    let Some(strace) = find_strace() else { return };
    let directory = TempDir::new().unwrap();
    let log = directory.path().join("strace");
    let workshop = command("workshop");
    let [into, log_path, workshop] = [directory.path(), &log, &workshop].map(|path| path.to_str().unwrap());
    let watch = ["-D", "-f", "-ttt", "-s", "0", "-e", STRACE_CALLS, "-o", log_path, workshop];
    run(&strace, &[&watch[..], &["--once", "--traces", into], &PORTS].concat()).ok();
    for (_, _, trace) in recordings(directory.path()) {
        let report = verify(Trace::open(&trace).unwrap(), Log::open(&log).unwrap()).unwrap();
        assert_eq!(report.verdict, Verdict::Exact, "{report}");
        assert!(report.sockets >= 14 && report.calls > 100, "{report}");
    }
}

#[tokio::test]
async fn verify_exits_with_zero_for_an_exact_trace() {
    let Some(watched) = Watched::start(Rest::SERVER) else { return };
    let mut client = Rest::connect(&Tap::off(), watched.server.address).await.unwrap();
    client.book(1).await.unwrap();
    client.close().await;
    let (directory, trace, log, _) = watched.stop().await;
    let [trace, log] = [&trace, &log].map(|path| path.to_str().unwrap());
    let verify = |trace: &str, log: &str| run(command("socket-trace"), &["verify", trace, "--strace", log]);
    verify(trace, log).ok();
    let json = run(command("socket-trace"), &["verify", "--json", trace, "--strace", log]).ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["verdict"], &json["sockets"]), (&"exact".into(), &2.into()), "{json}");

    let changed = directory.path().join("changed.jsonl");
    let whole = std::fs::read_to_string(trace).unwrap();
    std::fs::write(&changed, whole.replacen("\"bytes\":24", "\"bytes\":23", 1)).unwrap();
    let differs = verify(changed.to_str().unwrap(), log);
    assert_eq!(differs.code(), 1, "{differs:?}");
    assert!(differs.stdout().contains("kernel  read 24 B"), "{differs:?}");

    let log_is_trace = verify(trace, trace);
    assert_eq!(log_is_trace.code(), 2);
    assert!(log_is_trace.stderr().contains("line 1"), "{log_is_trace:?}");
    let help = run(command("socket-trace"), &["verify", "--help"]).ok();
    let calls = STRACE_CALLS.trim_start_matches("trace=");
    let unwrapped: String = help.split_whitespace().collect::<String>().replace('\\', "");
    assert!(unwrapped.contains(calls) && help.contains("Exit codes: 0"), "{help}");
}
