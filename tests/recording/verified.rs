//! Compares traces of small programs with strace's logs. The programs use sockets that were opened without
//! the tap, streams that it wraps or stops recording, and Unix sockets. A test runs its program by executing
//! itself in a child process under strace.

mod frameworks;

use std::fs;
use std::net::{SocketAddr, TcpListener as StdTcpListener, UdpSocket as StdUdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use socket_tap::{Origin, Tap, TapListener, TapStream, TapUdpSocket, TapUnixListener};
use socket_trace::reader::Trace;
use socket_trace::verify::log::Log;
use socket_trace::verify::report::{Report, Verdict};
use socket_trace::verify::verify;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket, UnixListener, UnixStream};
use tokio::task::JoinSet;

use crate::support::process::STRACE_CALLS;
use crate::support::program::{find_strace, run};

/// Environment variable with the path of the trace. It is set only in the child process.
const TRACE: &str = "SOCKET_TAP_TEST_VERIFIED_TRACE";

/// Directory with the trace of a program and the strace log of the same run.
struct Recorded {
    directory: TempDir,
}

impl Recorded {
    /// Runs `program` under strace. To do so, executes the test named `test` again in a child process, which
    /// runs `program`. Returns `None` in the child process, and if strace is not available.
    async fn by(test: &str, program: impl AsyncFnOnce(&Tap)) -> Option<Self> {
        if let Some(trace) = std::env::var_os(TRACE) {
            let tap = Tap::server("test").file(trace).unwrap().start().unwrap();
            program(&tap).await;
            tap.finish().await.unwrap();
            return None;
        }
        let strace = find_strace()?;
        let recorded = Self { directory: TempDir::new().unwrap() };
        let set = format!("--env={TRACE}={}", recorded.path("trace").display());
        let (log, program) = (recorded.path("log"), std::env::current_exe().unwrap());
        let watch = ["-f", "-ttt", "-s", "0", "-e", STRACE_CALLS, &set, "-o", log.to_str().unwrap()];
        let test = format!("recording::verified::{test}");
        let child = [program.to_str().unwrap(), "--exact", &test, "--nocapture"];
        let said = run(strace, &[&watch[..], &child].concat()).ok();
        assert!(said.contains("1 passed"), "the test was renamed? {said}");
        Some(recorded)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn verify(&self, trace: &Path) -> Report {
        verify(Trace::open(trace).unwrap(), Log::open(self.path("log")).unwrap()).unwrap()
    }

    /// Asserts that the trace contains the same system calls as strace's log. Then replaces `from` with `to`
    /// in the trace, and asserts that `socket-trace verify` finds a difference.
    fn is_exact(&self, from: &str, to: &str) -> Report {
        let report = self.verify(&self.path("trace"));
        let trace = fs::read_to_string(self.path("trace")).unwrap();
        assert_eq!(report.verdict, Verdict::Exact, "{report}\n{trace}");
        let changed = self.path("changed");
        assert!(trace.contains(from), "{trace}");
        fs::write(&changed, trace.replacen(from, to, 1)).unwrap();
        let differs = self.verify(&changed);
        assert_eq!(differs.verdict, Verdict::Different, "{differs}");
        report
    }

    /// Removes each line that contains `part` from the trace, one at a time. Asserts that `socket-trace
    /// verify` finds a difference from strace's log each time.
    fn needs_each_line_with(&self, part: &str) {
        let trace = fs::read_to_string(self.path("trace")).unwrap();
        let lines: Vec<&str> = trace.lines().collect();
        let events = lines.len() - 2;
        for (at, line) in lines.iter().enumerate().take(events + 1).skip(1) {
            if !line.contains(part) {
                continue;
            }
            let mut kept = lines.clone();
            kept.remove(at);
            let kept = kept.join("\n").replace(
                &format!("\"end\":true,\"events\":{events}"),
                &format!("\"end\":true,\"events\":{}", events - 1),
            );
            fs::write(self.path("changed"), kept + "\n").unwrap();
            let report = self.verify(&self.path("changed"));
            assert_ne!(report.verdict, Verdict::Exact, "without {line}: {report}");
            assert!(!report.reasons.iter().any(|said| said.contains("was changed")), "{report}");
        }
    }
}

/// Connects without recording, sends 5 bytes and reads to EOF.
async fn client(address: SocketAddr) {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"hello").await.unwrap();
    client.shutdown().await.unwrap();
    client.read_to_end(&mut Vec::new()).await.unwrap();
}

/// Serves two consecutive connections, which get the same file descriptor.
async fn serve(listener: TapListener) {
    let address = listener.local_addr().unwrap();
    for _ in 0..2 {
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_to_end(&mut Vec::new()).await.unwrap();
            stream.write_all(b"goodbye").await.unwrap();
            stream.shutdown().await.unwrap();
        };
        tokio::join!(serving, client(address));
    }
}

#[tokio::test]
async fn trace_of_existing_tokio_listener_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(TapListener::from_tokio(tap, listener)).await;
    };
    let Some(recorded) = Recorded::by("trace_of_existing_tokio_listener_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""op":"write","bytes":7"#, r#""op":"write","bytes":8"#);
    assert_eq!(report.sockets, 3, "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_existing_std_listener_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = StdTcpListener::bind("127.0.0.1:0").unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), 0);
        let listener = listener.try_clone().unwrap();
        listener.set_nonblocking(true).unwrap();
        serve(TapListener::from_tokio(tap, TcpListener::from_std(listener).unwrap())).await;
    };
    let Some(recorded) = Recorded::by("trace_of_existing_std_listener_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""op":"read","bytes":5"#, r#""op":"read","bytes":4"#);
    assert_eq!(report.sockets, 3, "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_existing_tokio_streams_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        client.write_all(b"before").await.unwrap();
        server.read_exact(&mut [0; 6]).await.unwrap();

        let mut server = TapStream::from_tokio(tap, server);
        let mut client = TapStream::from_tokio(tap, client);
        client.write_all(b"after that").await.unwrap();
        server.read_exact(&mut [0; 10]).await.unwrap();
        // In the log, a getsockname of the program looks like an adoption.
        assert_eq!(client.local_addr().unwrap(), server.peer_addr().unwrap());
        client.peer_addr().unwrap();
        drop(client);
        assert_eq!(server.read(&mut [0; 6]).await.unwrap(), 0);
    };
    let Some(recorded) = Recorded::by("trace_of_existing_tokio_streams_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""op":"read","bytes":0,"eof":true"#, r#""op":"read","bytes":1"#);
    assert_eq!((report.sockets, report.calls), (2, 5), "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_existing_udp_socket_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let socket = StdUdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"before", peer.local_addr().unwrap()).unwrap();
        socket.set_nonblocking(true).unwrap();
        let socket = TapUdpSocket::from_tokio(tap, UdpSocket::from_std(socket).unwrap());
        let (length, address) = peer.recv_from(&mut [0; 16]).await.unwrap();
        assert_eq!(length, 6);
        peer.send_to(b"a datagram that is too long", address).await.unwrap();
        socket.recv_from(&mut [0; 8]).await.unwrap();
        socket.send_to(b"reply", peer.local_addr().unwrap()).await.unwrap();
    };
    let Some(recorded) = Recorded::by("trace_of_existing_udp_socket_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""bytes":5}"#, r#""bytes":6}"#);
    assert_eq!((report.sockets, report.calls), (1, 3), "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_wrapped_tcp_stream_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TapListener::bind(tap, "127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = async {
            let (stream, _) = listener.accept().await.unwrap();
            let below = stream.sock();
            let mut stream = TapStream::wrap(tap, stream, Origin::new("tls").over(below));
            stream.read_to_end(&mut Vec::new()).await.unwrap();
            stream.write_all(b"goodbye").await.unwrap();
        };
        tokio::join!(serving, client(address));
    };
    let Some(recorded) = Recorded::by("trace_of_wrapped_tcp_stream_agrees_with_strace", program).await else {
        return;
    };
    let report = recorded.is_exact(r#""op":"read","bytes":5"#, r#""op":"read","bytes":4"#);
    assert_eq!(report.sockets, 2, "{report}");
    assert_eq!(report.not_compared.iter().map(|left_out| left_out.sockets).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn verifying_a_memory_stream_is_inconclusive() {
    let program = async |tap: &Tap| {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut stream = TapStream::wrap(tap, ours, "memory");
        stream.write_all(b"hello").await.unwrap();
        theirs.read_exact(&mut [0; 5]).await.unwrap();
    };
    let Some(recorded) = Recorded::by("verifying_a_memory_stream_is_inconclusive", program).await else {
        return;
    };
    let report = recorded.verify(&recorded.path("trace"));
    assert_eq!((report.verdict, report.verdict.exit_code()), (Verdict::Inconclusive, 2), "{report}");
}

#[tokio::test]
async fn trace_of_unix_sockets_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("ü \"quoted\".sock");
        let listener = TapUnixListener::bind(tap, &path).unwrap();
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.read_to_end(&mut Vec::new()).await.unwrap();
            stream.write_all(b"goodbye").await.unwrap();
        };
        let calling = async {
            let mut client = TapStream::connect_unix(tap, &path).await.unwrap();
            client.write_all(b"hello").await.unwrap();
            client.shutdown().await.unwrap();
            client.read_to_end(&mut Vec::new()).await.unwrap();
        };
        tokio::join!(serving, calling);
        drop(listener);
        let adopted = UnixListener::bind(directory.path().join("b")).unwrap();
        let adopted = TapUnixListener::from_tokio(tap, adopted);
        let client = UnixStream::connect(directory.path().join("b")).await.unwrap();
        let (mut stream, _) = adopted.accept().await.unwrap();
        drop(client);
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    };
    let Some(recorded) = Recorded::by("trace_of_unix_sockets_agrees_with_strace", program).await else {
        return;
    };
    let report = recorded.is_exact(r#""op":"read","bytes":5"#, r#""op":"read","bytes":4"#);
    assert_eq!(report.sockets, 5, "{report}");
    recorded.needs_each_line_with("");
}

#[tokio::test]
async fn trace_of_failed_calls_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let directory = TempDir::new().unwrap();
        let taken = TapUnixListener::bind(tap, directory.path().join("taken")).unwrap();
        TapUnixListener::bind(tap, directory.path().join("taken")).unwrap_err();
        TapUnixListener::bind(tap, directory.path().join("long".repeat(50))).unwrap_err();
        TapStream::connect_unix(tap, directory.path().join("none")).await.unwrap_err();
        drop(taken);
        TapStream::connect_unix(tap, directory.path().join("taken")).await.unwrap_err();

        let taken = TapListener::bind(tap, "127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        TapListener::bind(tap, address).await.unwrap_err();
        drop(taken);
        TapStream::connect(tap, address).await.unwrap_err();
    };
    let Some(recorded) = Recorded::by("trace_of_failed_calls_agrees_with_strace", program).await else {
        return;
    };
    let report = recorded.is_exact(r#""errno":98"#, r#""errno":99"#);
    assert_eq!((report.sockets, report.hidden.without_call), (8, 1), "{report}");
    recorded.needs_each_line_with("errno");
}

#[tokio::test]
async fn trace_until_into_inner_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = TapStream::connect(tap, listener.local_addr().unwrap()).await.unwrap();
        let (mut peer, _) = listener.accept().await.unwrap();
        stream.write_all(b"recorded").await.unwrap();
        let mut stream = stream.into_inner();
        stream.write_all(b" and not").await.unwrap();
        let mut stream = TapStream::from_tokio(tap, stream);
        stream.write_all(b" again").await.unwrap();
        drop(stream);
        let mut all = String::new();
        peer.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "recorded and not again");
    };
    let Some(recorded) = Recorded::by("trace_until_into_inner_agrees_with_strace", program).await else {
        return;
    };
    let report = recorded.is_exact(r#""op":"write","bytes":6"#, r#""op":"write","bytes":7"#);
    recorded.needs_each_line_with("");
    assert_eq!(report.sockets, 2, "{report}");
    recorded.is_exact(r#""op":"write","bytes":8"#, r#""op":"write","bytes":7"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn trace_of_multithreaded_datagrams_agrees_with_strace() {
    let program = async |tap: &Tap| {
        let socket = Arc::new(TapUdpSocket::bind(tap, "127.0.0.1:0").await.unwrap());
        let address = socket.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        for task in 0..4 {
            let (sends, receives) = (Arc::clone(&socket), Arc::clone(&socket));
            tasks.spawn(async move {
                for number in 0..50 {
                    sends.send_to(&vec![0; 100 * task + number], address).await.unwrap();
                }
            });
            tasks.spawn(async move {
                for _ in 0..50 {
                    receives.recv_from(&mut [0; 1024]).await.unwrap();
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    };
    let Some(recorded) = Recorded::by("trace_of_multithreaded_datagrams_agrees_with_strace", program).await
    else {
        return;
    };
    let report = recorded.is_exact(r#""bytes":317}"#, r#""bytes":318}"#);
    assert_eq!((report.sockets, report.calls), (1, 403), "{report}");
}
