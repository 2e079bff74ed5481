//! `POST /api/datagrams`: gets a book over the bare sockets, with no API on top, and over a network that loses some.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use hardening_http::Shutdown;
use plain_server::{TcpClient, UdpClient};
use serde::{Deserialize, Serialize};
use server_kit::bind::reachable;
use socket_tap::Tap;

use crate::live::Live;
use crate::live::operations::execute::titled;
use crate::live::operations::operation_lock::Turn;
use crate::live::operations::recorded_session::Stage;
use crate::live::response::{Asked, Refusal, told};
use crate::plain_instance::Plain as Server;

/// Each may have to be asked for again and again.
pub(crate) const MOST_CALLS: u32 = 20;

/// The plain server, as the page drives it.
pub(crate) struct Plain {
    pub(crate) listen: SocketAddr,
    /// Where clients find it.
    pub(crate) address: SocketAddr,
    /// Where they find it over the network that loses datagrams.
    lossy: SocketAddr,
    pub(crate) udp: Stage,
    pub(crate) tcp: Stage,
    /// Whoever has it has both sockets to itself.
    turn: Turn,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Work {
    over: Over,
    calls: u32,
    #[serde(default)]
    lossy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Over {
    Udp,
    Tcp,
}

#[derive(Serialize)]
struct Done {
    step: String,
    results: Vec<Call>,
}

/// What came of a call.
#[derive(Serialize)]
struct Call {
    call: u32,
    ok: bool,
    /// How often it was asked for.
    attempts: u32,
    says: String,
    ns: u128,
}

pub(crate) async fn run(
    State(live): State<Arc<Live>>,
    Asked(work): Asked<Work>,
) -> Result<Response, Refusal> {
    if !(1..=MOST_CALLS).contains(&work.calls) {
        return Err(Refusal::bad(format!("calls must be from 1 to {MOST_CALLS}, not {}", work.calls)));
    }
    if work.lossy && work.over == Over::Tcp {
        return Err(Refusal::bad("what TCP loses the kernel sends again, unseen: lossy is for udp"));
    }
    let turn = live.plain.turn.take().await?;
    // A task: what is begun is done to its end, also when nobody waits for it any more.
    let done = tokio::spawn(async move {
        let _turn = turn;
        live.plain.run(work).await
    });
    let done = done.await;
    told(&done.map_err(|error| Refusal::failed(format!("the client failed: {error}")))?)
}

impl Plain {
    pub(crate) fn of(server: &Server, shutdown: &Shutdown) -> Self {
        Self {
            listen: server.address,
            address: reachable(server.address),
            lossy: server.lossy,
            udp: Stage::new(&server.udp, shutdown),
            tcp: Stage::new(&server.tcp, shutdown),
            turn: Turn::default(),
        }
    }

    async fn run(&self, work: Work) -> Done {
        let (mut results, step) = (Vec::new(), work.step());
        let done = match work.over {
            Over::Udp => {
                let server = if work.lossy { self.lossy } else { self.address };
                let calls = datagrams(self.udp.client(), server, work.calls, &mut results);
                let done = self.udp.step(step.clone(), 0, calls).await;
                self.udp.leave();
                done
            }
            Over::Tcp => {
                let calls = stream(self.tcp.client(), self.address, work.calls, &mut results);
                let done = self.tcp.step(step.clone(), 0, calls).await;
                self.tcp.leave();
                done
            }
        };
        if let Err(why) = done {
            results.push(Call { call: number(&results), ok: false, attempts: 0, says: why, ns: 0 });
        }
        Done { step, results }
    }
}

impl Work {
    /// What the recordings call it.
    fn step(self) -> String {
        let over = match self.over {
            Over::Udp => "UDP",
            Over::Tcp => "TCP",
        };
        let calls = if self.calls == 1 { String::new() } else { format!(", {} calls", self.calls) };
        let lossy = if self.lossy { ", some datagrams lost" } else { "" };
        format!("get a book over {over}{calls}{lossy}")
    }
}

/// Over one UDP socket.
async fn datagrams(tap: &Tap, server: SocketAddr, calls: u32, results: &mut Vec<Call>) -> Result<(), String> {
    let mut client = UdpClient::bind(tap, server).await.map_err(|error| error.to_string())?;
    for _ in 0..calls {
        let began = Instant::now();
        let got = client.get(1).await.map_err(|failure| failure.to_string())?;
        results.push(Call::done(results, began, got.attempts, titled(&got.book)));
    }
    Ok(())
}

/// Over one TCP connection.
async fn stream(tap: &Tap, server: SocketAddr, calls: u32, results: &mut Vec<Call>) -> Result<(), String> {
    let mut client = TcpClient::connect(tap, server).await.map_err(|error| error.to_string())?;
    for _ in 0..calls {
        let began = Instant::now();
        let book = client.get(1).await.map_err(|failure| failure.to_string())?;
        results.push(Call::done(results, began, 1, titled(&book)));
    }
    client.close().await.map_err(|error| error.to_string())
}

impl Call {
    fn done(before: &[Self], began: Instant, attempts: u32, says: String) -> Self {
        Self { call: number(before), ok: true, attempts, says, ns: began.elapsed().as_nanos() }
    }
}

/// The number of the next call.
fn number(before: &[Call]) -> u32 {
    before.last().map_or(1, |last| last.call + 1)
}
