//! Tests of `plain-server`, which serves the same messages over UDP and over TCP.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bookshelf::Shelf;
use hardening_http::Shutdown;
use plain_server::relay::Traffic;
use plain_server::{Failure, Limits, Relay, Retry, Sockets, TcpClient, UdpClient};
use socket_tap::Tap;
use socket_tap::event::{Event, Op};
use socket_trace::reader::Trace;
use socket_trace::summary::Role;
use socket_trace::summary::{RecordingState, Summary};
use socket_trace::verify::report::Verdict;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::recording::exactness::Watched;
use crate::support::process::command;
use crate::support::program::run;

const TRACES: [&str; 4] = ["udp-server", "udp-client", "tcp-server", "tcp-client"];

/// An in-process `plain-server`. Four taps record the server and the clients, each over UDP and over TCP.
struct Plain {
    directory: TempDir,
    taps: [Tap; 4],
    address: SocketAddr,
    shutdown: Shutdown,
    task: JoinHandle<io::Result<()>>,
}

impl Plain {
    async fn start() -> Self {
        let directory = TempDir::new().unwrap();
        let taps = TRACES.map(|trace| {
            let (name, side) = trace.split_once('-').unwrap();
            let tap = if side == "server" { Tap::server(name) } else { Tap::client(name) };
            tap.capture(4096).file(directory.path().join(format!("{trace}.jsonl"))).unwrap().start().unwrap()
        });
        let any = ([127, 0, 0, 1], 0).into();
        let sockets = Sockets::bind(&taps[0], &taps[2], any, "--listen").await.unwrap();
        let (address, shutdown) = (sockets.local_addr().unwrap(), Shutdown::new());
        let serving = plain_server::serve(sockets, Shelf::seeded(), shutdown.clone(), Limits::default());
        Self { directory, taps, address, shutdown, task: tokio::spawn(serving) }
    }

    async fn udp(&self, server: SocketAddr) -> UdpClient {
        UdpClient::bind(&self.taps[1], server).await.unwrap()
    }

    async fn tcp(&self) -> TcpClient {
        TcpClient::connect(&self.taps[3], self.address).await.unwrap()
    }

    /// Stops the server and ends the recordings. The caller must have closed all clients.
    async fn stop(self) -> Recorded {
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
        for tap in self.taps {
            assert_eq!(tap.finish().await.unwrap().open, 0);
        }
        Recorded(self.directory)
    }
}

struct Recorded(TempDir);

impl Recorded {
    fn path(&self, trace: &str) -> PathBuf {
        self.0.path().join(format!("{trace}.jsonl"))
    }

    fn events(&self, trace: &str) -> Vec<Event> {
        let mut trace = Trace::open(self.path(trace)).unwrap();
        std::iter::from_fn(|| trace.next_event().unwrap()).collect()
    }

    fn skeletons(&self, trace: &str, role: Role) -> Vec<(String, u64)> {
        let summary = Summary::of(Trace::open(self.path(trace)).unwrap(), RecordingState::Finished).unwrap();
        assert_eq!(summary.defects, []);
        summary.call_patterns[&role]
            .iter()
            .map(|(calls, seen)| (calls.as_str().to_owned(), seen.sockets))
            .collect()
    }

    /// Returns the sent datagrams and the received datagrams in a trace.
    fn datagrams(&self, trace: &str) -> (Vec<String>, Vec<String>) {
        let text = |data: &Option<Box<[u8]>>| String::from_utf8(data.as_deref().unwrap().to_vec()).unwrap();
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for event in self.events(trace) {
            match &event.op {
                Op::SendTo(datagram) => sent.push(text(&datagram.data)),
                Op::RecvFrom(datagram) => received.push(text(&datagram.data)),
                _ => {}
            }
        }
        (sent, received)
    }

    /// Returns the written text and the read text in a trace.
    fn stream(&self, trace: &str) -> (String, String) {
        let text = |data: &Option<Box<[u8]>>| {
            String::from_utf8(data.as_deref().unwrap_or_default().to_vec()).unwrap()
        };
        let (mut written, mut read) = (String::new(), String::new());
        for event in self.events(trace) {
            match &event.op {
                Op::Write(transfer) => written += &text(&transfer.data),
                Op::Read(transfer) => read += &text(&transfer.data),
                _ => {}
            }
        }
        (written, read)
    }
}

/// Removes request numbers such as `#7`, which are unique, so that the texts of two protocols can be
/// compared.
fn unnumbered(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n']).filter(|word| !word.starts_with('#'));
    words.map(|word| word.trim_end().to_owned() + "|").collect()
}

/// Gets all books, and a book that does not exist, over UDP and over TCP. Returns the recordings.
async fn record_same_calls_over_both() -> Recorded {
    let plain = Plain::start().await;
    // Loopback loses nothing. A long timeout ensures a single attempt for each call on a busy machine.
    let retry = Retry { first_timeout: Duration::from_secs(60), attempts: 1 };
    let (mut udp, mut tcp) = (plain.udp(plain.address).await.retry(retry), plain.tcp().await);
    for id in 1..=14 {
        let (over_udp, over_tcp) = (udp.get(id).await.unwrap(), tcp.get(id).await.unwrap());
        assert_eq!(over_udp.book, over_tcp);
        assert_eq!(over_tcp, Shelf::seeded().book(id).await.unwrap());
    }
    for refused in [udp.get(99).await.map(|fetched| fetched.book), tcp.get(99).await] {
        assert!(matches!(refused.unwrap_err(), Failure::Refused(_)));
    }
    drop(udp);
    tcp.close().await.unwrap();
    plain.taps[3].idle().await;
    plain.taps[2].idle().await;
    plain.stop().await
}

#[tokio::test]
async fn udp_needs_no_listen_accept_or_connect() {
    let recorded = record_same_calls_over_both().await;
    let one = |calls: &str| vec![(calls.to_owned(), 1)];
    for trace in ["udp-server", "udp-client"] {
        let skeletons = recorded.skeletons(trace, Role::Datagram);
        assert_eq!(skeletons, one("socket → bind → recvfrom → sendto → close"), "{trace}");
    }
    let listener = recorded.skeletons("tcp-server", Role::Listener);
    assert_eq!(listener, one("socket → bind → listen → accept → close"));
    let accepted = recorded.skeletons("tcp-server", Role::Accepted);
    assert_eq!(accepted, one("accept → read → write → shutdown → close"));
    let connected = recorded.skeletons("tcp-client", Role::Connected);
    assert_eq!(connected, one("socket → connect → write → read → shutdown → close"));
}

#[tokio::test]
async fn udp_and_tcp_clients_exchange_the_same_messages() {
    let recorded = record_same_calls_over_both().await;
    let (questions, answers) = recorded.datagrams("udp-client");
    let (written, read) = recorded.stream("tcp-client");
    assert_eq!(unnumbered(&questions.concat()), unnumbered(&written));
    assert_eq!(unnumbered(&answers.concat()), unnumbered(&read));
    assert_eq!((answers, questions), recorded.datagrams("udp-server"));
    assert_eq!((read, written), recorded.stream("tcp-server"));
}

/// Gets books over UDP through a relay that drops every third datagram in each direction. Returns the number
/// of attempts of each call, and the relay's counters.
async fn call_over_lossy_network(plain: &Plain, calls: u32) -> (Vec<u32>, Traffic) {
    let relay = Relay::bind(([127, 0, 0, 1], 0).into(), plain.address, 3.try_into().unwrap()).await.unwrap();
    let (address, shutdown) = (relay.local_addr().unwrap(), Shutdown::new());
    let relay = tokio::spawn(relay.run(shutdown.clone()));
    let mut client = plain.udp(address).await;
    let mut attempts = Vec::new();
    for id in 1..=calls {
        let fetched = client.get(id).await.unwrap();
        assert_eq!(fetched.book.id, id);
        attempts.push(fetched.attempts);
    }
    shutdown.cancel();
    (attempts, relay.await.unwrap())
}

#[tokio::test]
async fn lost_datagrams_are_sent_again() {
    let plain = Plain::start().await;
    let (attempts, traffic) = call_over_lossy_network(&plain, 9).await;
    let recorded = plain.stop().await;
    let (requests, responses_received) = recorded.datagrams("udp-client");
    let (responses, requests_received) = recorded.datagrams("udp-server");
    assert!(attempts.iter().any(|attempts| *attempts > 1), "{attempts:?}");
    assert_eq!(attempts.iter().sum::<u32>() as usize, requests.len());
    // The server never receives a lost request. The client never receives a lost response.
    assert!(traffic.to_server.lost > 0 && traffic.to_clients.lost > 0, "{traffic:?}");
    assert!(requests_received.len() as u64 + traffic.to_server.lost <= requests.len() as u64, "{traffic:?}");
    assert!(
        responses_received.len() as u64 + traffic.to_clients.lost <= responses.len() as u64,
        "{traffic:?}"
    );
    assert!(requests_received.len() < requests.len() && responses_received.len() < responses.len());
    // All datagrams differ, so each received one can be found among the sent ones.
    for (sent, received) in [(&requests, &requests_received), (&responses, &responses_received)] {
        let unique: HashSet<&String> = sent.iter().collect();
        assert_eq!(unique.len(), sent.len());
        assert!(received.iter().all(|datagram| unique.contains(datagram)));
    }
}

#[tokio::test]
async fn four_recordings_merge_into_one_timeline() {
    let recorded = record_same_calls_over_both().await;
    let paths = TRACES.map(|trace| recorded.path(trace).to_str().unwrap().to_owned());
    let shown = run(
        command("socket-trace"),
        &[&["show", "--json"], &paths.each_ref().map(String::as_str)[..]].concat(),
    )
    .ok();
    let items: Vec<serde_json::Value> = serde_json::from_str(&shown).unwrap();
    let of = |recording: &str, op: &str| {
        let is = |item: &&serde_json::Value| item["recording"] == recording && item["op"] == op;
        items.iter().filter(is).collect::<Vec<_>>()
    };
    for (from, to) in [("udp-client", "udp-server"), ("udp-server", "udp-client")] {
        let (sent, received) = (of(from, "sendto"), of(to, "recvfrom"));
        assert_eq!((sent.len(), received.len()), (15, 15));
        for (sent, received) in sent.iter().zip(received) {
            assert!(sent["data"].is_string() && sent["data"] == received["data"]);
            assert!(sent["peer"].is_string() && received["peer"].is_string() && sent["connection"].is_null());
        }
    }
    assert_eq!(of("tcp-client", "connect")[0]["connection"], of("tcp-server", "accept")[0]["connection"]);
}

#[tokio::test]
async fn trace_of_plain_server_agrees_with_strace() {
    let Some(watched) = Watched::start("plain-server") else { return };
    let address = watched.server.address;
    let mut udp = UdpClient::bind(&Tap::off(), address).await.unwrap();
    let mut tcp = TcpClient::connect(&Tap::off(), address).await.unwrap();
    for id in 1..=14 {
        assert_eq!(udp.get(id).await.unwrap().book, tcp.get(id).await.unwrap());
    }
    let noise = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in [&b""[..], &[0; 5000], b"\xff"] {
        noise.send_to(datagram, address).unwrap();
    }
    udp.get(1).await.unwrap();
    tcp.close().await.unwrap();
    let (_directory, _, _, report) = watched.stop().await;
    assert_eq!(report.verdict, Verdict::Exact, "{report}");
    assert!(report.sockets == 3 && report.calls > 60, "{report}");
}
