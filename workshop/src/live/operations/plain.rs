//! Calls over plain UDP and TCP sockets, also through a simulated lossy network.

use std::net::SocketAddr;
use std::time::Instant;

use bookshelf::Book;
use hardening_http::Shutdown;
use plain_server::{TcpClient, UdpClient};
use serde::{Deserialize, Serialize};
use server_kit::bind::reachable;
use socket_tap::Tap;

use super::operation_lock::OperationLock;
use super::recorded_session::RecordedSession;
use crate::plain_instance::PlainInstance;

/// Maximum number of calls that a page can request at once. Over a lossy network each may need several
/// attempts.
pub(crate) const MAX_CALLS: u32 = 20;

/// The plain server, with the recordings of its UDP and TCP sockets.
pub(crate) struct Plain {
    pub(crate) listen: SocketAddr,
    /// Address that clients connect to.
    pub(crate) address: SocketAddr,
    /// Address of the relay that simulates a lossy network in front of the server.
    lossy_address: SocketAddr,
    pub(crate) udp: RecordedSession,
    pub(crate) tcp: RecordedSession,
    /// Lock that lets only one operation run at a time, over either UDP or TCP.
    pub(crate) operation_lock: OperationLock,
}

/// Body of `POST /api/datagrams`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    over: Protocol,
    calls: u32,
    #[serde(default)]
    lossy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Udp,
    Tcp,
}

#[derive(Serialize)]
pub(crate) struct Response {
    step: String,
    results: Vec<Call>,
}

/// Result of one call, as sent to the page.
#[derive(Serialize)]
struct Call {
    /// Number of the call, from 1.
    call: u32,
    ok: bool,
    /// Number of times that the request was sent.
    attempts: u32,
    /// Description of the received book, or an error message.
    says: String,
    ns: u128,
}

impl Request {
    /// Returns an error message if the request is invalid.
    pub(crate) fn check(self) -> Result<(), String> {
        let calls = self.calls;
        if !(1..=MAX_CALLS).contains(&calls) {
            return Err(format!("calls must be a number from 1 to {MAX_CALLS}, is {calls}"));
        }
        if self.lossy && self.over == Protocol::Tcp {
            return Err(
                "lossy requires udp, because the kernel retransmits lost TCP segments itself".to_owned()
            );
        }
        Ok(())
    }

    /// Returns the name of the step under which the calls are recorded, such as `get a book over UDP, 3
    /// calls`.
    fn step(self) -> String {
        let over = match self.over {
            Protocol::Udp => "UDP",
            Protocol::Tcp => "TCP",
        };
        let calls = if self.calls == 1 { String::new() } else { format!(", {} calls", self.calls) };
        let lossy = if self.lossy { ", some datagrams lost" } else { "" };
        format!("get a book over {over}{calls}{lossy}")
    }
}

impl Plain {
    pub(crate) fn new(instance: &PlainInstance, shutdown: &Shutdown) -> Self {
        Self {
            listen: instance.address,
            address: reachable(instance.address),
            lossy_address: instance.lossy_address,
            udp: RecordedSession::new(&instance.udp, shutdown),
            tcp: RecordedSession::new(&instance.tcp, shutdown),
            operation_lock: OperationLock::default(),
        }
    }

    /// Makes the requested calls and records them as one named step.
    pub(crate) async fn run(&self, request: Request) -> Response {
        let (mut results, step) = (Vec::new(), request.step());
        let done = match request.over {
            Protocol::Udp => {
                let server = if request.lossy { self.lossy_address } else { self.address };
                let calls = call_over_udp(self.udp.client(), server, request.calls, &mut results);
                let done = self.udp.step(step.clone(), 0, calls).await;
                self.udp.end_step();
                done
            }
            Protocol::Tcp => {
                let calls = call_over_tcp(self.tcp.client(), self.address, request.calls, &mut results);
                let done = self.tcp.step(step.clone(), 0, calls).await;
                self.tcp.end_step();
                done
            }
        };
        if let Err(error) = done {
            results.push(Call { call: next_number(&results), ok: false, attempts: 0, says: error, ns: 0 });
        }
        Response { step, results }
    }
}

/// Makes calls over one UDP socket.
async fn call_over_udp(
    tap: &Tap,
    server: SocketAddr,
    calls: u32,
    results: &mut Vec<Call>,
) -> Result<(), String> {
    let mut client = UdpClient::bind(tap, server).await.map_err(|error| error.to_string())?;
    for _ in 0..calls {
        let began = Instant::now();
        let fetched = client.get(1).await.map_err(|failure| failure.to_string())?;
        results.push(Call::done(results, began, fetched.attempts, &fetched.book));
    }
    Ok(())
}

/// Makes calls over one TCP connection.
async fn call_over_tcp(
    tap: &Tap,
    server: SocketAddr,
    calls: u32,
    results: &mut Vec<Call>,
) -> Result<(), String> {
    let mut client = TcpClient::connect(tap, server).await.map_err(|error| error.to_string())?;
    for _ in 0..calls {
        let began = Instant::now();
        let book = client.get(1).await.map_err(|failure| failure.to_string())?;
        results.push(Call::done(results, began, 1, &book));
    }
    client.close().await.map_err(|error| error.to_string())
}

impl Call {
    fn done(before: &[Self], began: Instant, attempts: u32, book: &Book) -> Self {
        let says = format!("{} ({})", book.title, book.year);
        Self { call: next_number(before), ok: true, attempts, says, ns: began.elapsed().as_nanos() }
    }
}

fn next_number(before: &[Call]) -> u32 {
    before.last().map_or(1, |last| last.call + 1)
}
