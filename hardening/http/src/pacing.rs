//! Limits how often each client gets a response.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// Number of requests that a client may send at once before it has to wait. The workshop's own clients make some 30 calls over each
/// API at its start.
const BURST: u32 = 50;

/// Maximum time that a request waits. A client that sends even more gets responses at this interval on each connection.
const MAX_DELAY: Duration = Duration::from_secs(3);

/// Maximum number of clients with an entry of their own. Further ones share an entry for each address.
const MAX_CLIENTS: usize = 4_096;

/// Number of bytes of a `User-Agent` by which clients are distinguished.
const AGENT_BYTES: usize = 32;

/// Address of a client, and the beginning of its `User-Agent`.
type Client = (IpAddr, Box<[u8]>);

/// Paces requests: a client that sends more than its rate waits for each response.
///
/// A client is an address and a `User-Agent`, so that clients behind one address are distinguished. This protects a server
/// from a client that runs in a loop by mistake, not from an attack.
#[derive(Debug)]
pub struct Pacing {
    interval: Duration,
    /// The time at which the client's next request may be handled.
    next: Mutex<HashMap<Client, Instant>>,
}

impl Pacing {
    /// Returns a pacing of `rate` requests per second for each client.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), next: Mutex::default() }
    }

    /// Counts a request, and returns how long it has to wait. `None` if it need not wait.
    pub fn delay(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Duration> {
        let (now, agent) = (Instant::now(), user_agent(headers));
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() >= MAX_CLIENTS {
            next.retain(|_, next| *next > now);
        }
        let agent = if next.len() < MAX_CLIENTS { agent } else { b"" };
        // A client that has not used its rate may use it later, up to the burst.
        let earliest = now.checked_sub(self.interval * (BURST - 1)).unwrap_or(now);
        let entry = next.entry((peer, agent.into())).or_insert(earliest);
        let turn = (*entry).max(earliest);
        let wait = turn.saturating_duration_since(now).min(MAX_DELAY);
        *entry = (turn + self.interval).min(now + MAX_DELAY);
        (!wait.is_zero()).then_some(wait)
    }
}

/// Returns the beginning of the `User-Agent`.
fn user_agent(headers: &HeaderMap) -> &[u8] {
    let agent = headers.get(USER_AGENT).map_or(&b""[..], HeaderValue::as_bytes);
    &agent[..agent.len().min(AGENT_BYTES)]
}
