//! Compares the recordings that `socket-trace record` makes with strace with those of a tap in the same run.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use socket_tap::event::{Event, Op};
use socket_tap::format::{Clock, Side, write_event};
use socket_trace::reader::{Ending, Trace};
use tempfile::TempDir;

use crate::recording::schema::{kinds_of, schema};
use crate::support::process::{Serving, command, signal_to};
use crate::support::program::{find, find_strace, run, run_command};

/// The events of a recording, by socket, in the order of the sockets.
fn by_socket(path: &Path) -> (Trace, Vec<Vec<Event>>) {
    let mut trace = Trace::open(path).unwrap();
    let mut sockets: Vec<(u64, Vec<Event>)> = Vec::new();
    while let Some(event) = trace.next_event().unwrap() {
        let Some(sock) = event.sock else { continue };
        match sockets.iter_mut().find(|(number, _)| *number == sock.get()) {
            Some((_, events)) => events.push(event),
            None => sockets.push((sock.get(), vec![event])),
        }
    }
    (trace, sockets.into_iter().map(|(_, events)| events).collect())
}

/// Returns an event as text, without what only one of the two recorders knows.
fn call(event: &Event) -> String {
    let mut line = Vec::new();
    write_event(&mut line, event).unwrap();
    let mut fields: Value = serde_json::from_slice(&line).unwrap();
    for unknown in ["t", "sock", "on", "tcp", "aborted"] {
        fields.as_object_mut().unwrap().remove(unknown);
    }
    fields.to_string()
}

fn request(address: SocketAddr, half_close: bool) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /v1/books/1 HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n").unwrap();
    if half_close {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    stream.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn recording_of_strace_agrees_with_the_tap() {
    if find_strace().is_none() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let [by_tap, by_strace] = ["tap.jsonl", "strace.jsonl"].map(|name| directory.path().join(name));
    let arguments = ["--trace", by_tap.to_str().unwrap(), "--capture", "65536"];
    let server = Serving::recorded(&by_strace, "rest-server", &arguments);
    for half_close in [false, true, false] {
        request(server.address, half_close);
    }
    let idle = TcpStream::connect(server.address).unwrap();
    request(server.address, false);
    drop(idle);
    let (status, _, err) = server.stop();
    assert!(status.success(), "{status}: {err}");

    assert!(kinds_of(&schema(), &by_strace).contains(&"accept".to_owned()));
    let (tap, taps) = by_socket(&by_tap);
    let (strace, straces) = by_socket(&by_strace);
    assert!(matches!(strace.ending(), Ending::Complete(end) if end.lost == 0 && end.open == 0), "{strace:?}");
    let header = strace.header();
    assert_eq!((header.pid, header.side, header.clock), (tap.header().pid, Side::Server, Clock::Monotonic));
    assert!(header.recorder.as_ref().is_some_and(|recorder| recorder.starts_with("strace ")), "{header:?}");
    assert_eq!(taps.len(), 6);
    let calls = |sockets: &[Vec<Event>]| -> Vec<Vec<String>> {
        sockets.iter().map(|events| events.iter().map(call).collect()).collect()
    };
    assert_eq!(calls(&straces), calls(&taps));
    // Both are on the same time line.
    let time = |trace: &Trace, event: &Event| i128::from(trace.header().monotonic_ns) + i128::from(event.t);
    for (one, other) in straces.iter().flatten().zip(taps.iter().flatten()) {
        let apart = (time(&strace, one) - time(&tap, other)).abs();
        assert!(apart < 5_000_000_000, "{apart} ns between {one:?} and {other:?}");
    }
}

#[test]
fn recording_of_curl_shows_its_connection() {
    let (Some(_), Some(curl)) = (find_strace(), find("curl")) else { return };
    let directory = TempDir::new().unwrap();
    let server = Serving::start("rest-server", &[]);
    let trace = directory.path().join("curl.jsonl");
    let url = format!("http://{}/v1/books/1", server.address);
    let arguments = [
        "record",
        "--capture",
        "4096",
        "-o",
        trace.to_str().unwrap(),
        "--",
        curl.to_str().unwrap(),
        "-s",
        &url,
    ];
    let body = run(command("socket-trace"), &arguments).ok();
    assert!(body.contains("\"id\":1"), "{body}");
    let (recorded, sockets) = by_socket(&trace);
    assert_eq!((recorded.header().side, recorded.header().program.as_str()), (Side::Client, "curl"));
    let to_server = |event: &Event| match &event.op {
        Op::Connect { local: Some(_), peer: Some(peer), .. } => {
            peer.to_string() == server.address.to_string()
        }
        _ => false,
    };
    let connection = sockets.iter().find(|events| events.iter().any(to_server)).expect("no connection");
    assert!(matches!(connection.last().map(|event| &event.op), Some(Op::Close(_))), "{connection:?}");
    let shown = run(command("socket-trace"), &["show", trace.to_str().unwrap()]).ok();
    assert!(shown.contains("GET /v1/books/1") && shown.contains("200"), "{shown}");
}

#[test]
fn exit_status_of_the_command_is_passed_on() {
    if find_strace().is_none() {
        return;
    }
    let directory = TempDir::new().unwrap();
    for (script, code) in [("exit 7", 7), ("kill -9 $$", 137)] {
        let trace = directory.path().join("sh.jsonl");
        let ran = run(
            command("socket-trace"),
            &["record", "-o", trace.to_str().unwrap(), "--", "sh", "-c", script],
        );
        assert_eq!(ran.code(), code, "{}", ran.stderr());
        let (trace, _) = by_socket(&trace);
        assert!(matches!(trace.ending(), Ending::Complete(_)));
    }
}

#[test]
fn process_that_a_signal_ends_closes_its_sockets() {
    let (Some(_), Some(python)) = (find_strace(), find("python3")) else { return };
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("killed.jsonl");
    let script = "import os, signal, socket\ns = socket.socket()\nos.kill(os.getpid(), signal.SIGTERM)";
    let arguments = ["record", "-o", path.to_str().unwrap(), "--", python.to_str().unwrap(), "-c", script];
    assert_eq!(run(command("socket-trace"), &arguments).code(), 143);
    let (_, sockets) = by_socket(&path);
    let last = sockets[0].last().map(|event| &event.op);
    assert!(matches!(last, Some(Op::Close(_))), "{sockets:?}");
}

#[test]
fn passed_descriptor_is_followed_without_capture() {
    let (Some(_), Some(python)) = (find_strace(), find("python3")) else { return };
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("passed.jsonl");
    let script = "import os, socket\n\
        one, other = socket.socketpair()\n\
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
        socket.send_fds(one, [b'x'], [s.fileno()])\n\
        s.close()\n\
        fds = socket.recv_fds(other, 1, 1)[1]\n\
        socket.socket(fileno=fds[0]).sendto(b'x', ('127.0.0.1', 9))\n";
    let arguments = ["record", "-o", path.to_str().unwrap(), "--", python.to_str().unwrap(), "-c", script];
    run(command("socket-trace"), &arguments).ok();
    let (_, sockets) = by_socket(&path);
    assert!(sockets[0].iter().any(|event| matches!(event.op, Op::SendTo(_))), "{sockets:?}");
}

#[test]
fn signal_ends_the_processes_that_are_left() {
    if find_strace().is_none() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("left.jsonl");
    let first = directory.path().join("first");
    let script = format!("sleep 300 & echo $$ > {}; exit 3", first.display());
    let mut recorder = Command::new(command("socket-trace"));
    recorder.args(["record", "-o", path.to_str().unwrap(), "--", "sh", "-c", &script]);
    let mut recorder = recorder.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let has_ended = || {
        let number = std::fs::read_to_string(&first).ok().and_then(|text| text.trim().parse::<u32>().ok());
        number.is_some_and(|number| !Path::new(&format!("/proc/{number}")).exists())
    };
    while !has_ended() {
        assert!(recorder.try_wait().unwrap().is_none(), "the recording has ended");
    }
    signal_to(&recorder, Signal::TERM);
    recorder.wait().unwrap();
    assert!(matches!(by_socket(&path).0.ending(), Ending::Complete(_)));
}

#[test]
fn attached_recording_ends_at_a_signal() {
    if find_strace().is_none() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("attached.jsonl");
    let server = Serving::start("rest-server", &[]);
    let mut recorder = Command::new(command("socket-trace"));
    recorder.args(["record", "-o", path.to_str().unwrap(), "--pid", &server.pid().to_string()]);
    let mut recorder = recorder.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // strace has attached when a request is in the trace.
    while !std::fs::read_to_string(&path).is_ok_and(|text| text.contains(r#""op":"close""#)) {
        request(server.address, false);
        assert!(recorder.try_wait().unwrap().is_none(), "the recording has ended");
    }
    signal_to(&recorder, Signal::TERM);
    assert_eq!(recorder.wait().unwrap().code(), Some(0));
    let (trace, sockets) = by_socket(&path);
    assert!(matches!(trace.ending(), Ending::Complete(_)));
    assert!(matches!(sockets[0][0].op, Op::Adopt { .. } | Op::Accept { .. }), "{:?}", sockets[0]);
    assert_eq!(trace.header().side, Side::Server);
    assert!(server.stop().0.success());
}

#[test]
fn missing_strace_is_reported_with_a_remedy() {
    let directory = TempDir::new().unwrap();
    let mut recorder = Command::new(command("socket-trace"));
    let ran = run_command(recorder.current_dir(&directory).env("PATH", "/none").args([
        "record",
        "--",
        "/bin/true",
    ]));
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("install"), "{}", ran.stderr());
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0, "a trace was written");
}
