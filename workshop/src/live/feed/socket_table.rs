//! The table of the servers' and clients' sockets, as `netstat` prints it, computed again several times a second.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use socket_trace::sockets::changes::{Marked, mark, unmarked};
use socket_trace::sockets::{Filter, Proto, Row, State as SocketState, table};
use tokio::time::{Instant, sleep};

use super::database::{DATABASE, Database};
use super::pacing::pause_after;
use crate::live::state::State;

/// Minimum pause between two reads of the socket table. A read takes long on a machine with many processes,
/// because it lists the file descriptors of each.
const MIN_PAUSE: Duration = Duration::from_millis(250);

/// Maximum number of rows that are sent to the page.
const MAX_ROWS: usize = 200;

/// Reads the socket table repeatedly, as long as a page is open.
pub(crate) async fn run(state: Arc<State>) {
    let own = servers(&state);
    let mut database = Database::default();
    let mut before = None;
    let repeat = async {
        loop {
            state.open_pages.wait_for_any().await;
            let began = Instant::now();
            database.observe(&state);
            let servers = [own.clone(), database.servers()].concat();
            let filter = filter(&servers);
            let json = match tokio::task::spawn_blocking(move || table(&filter)).await {
                Ok(Ok(mut now)) => {
                    now.retain(|row| servers.iter().any(|server| server.side_of(row).is_some()));
                    let marked =
                        before.as_deref().map_or_else(|| unmarked(&now), |before| mark(before, &now));
                    before = Some(now);
                    let (rows, omitted) = rows(marked, &servers, &database);
                    json!({ "rows": rows, "more": omitted })
                }
                Ok(Err(error)) => json!({ "error": error.to_string() }),
                Err(error) => json!({ "error": error.to_string() }),
            };
            state.socket_table.publish(&json.to_string());
            sleep(pause_after(began.elapsed(), MIN_PAUSE)).await;
        }
    };
    state.shutdown.run_until_cancelled(repeat).await;
}

/// A server whose sockets the table shows: its name, address and protocols.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) api: &'static str,
    pub(super) address: SocketAddr,
    pub(super) protos: [Proto; 2],
}

pub(super) const TCP: [Proto; 2] = [Proto::Tcp, Proto::Tcp6];
const UDP: [Proto; 2] = [Proto::Udp, Proto::Udp6];

fn servers(state: &State) -> Vec<Server> {
    let plain = state.plain.listen;
    let apis = state.apis.iter().map(|api| Server { api: api.name, address: api.listen, protos: TCP });
    let udp = Server { api: "udp", address: plain, protos: UDP };
    apis.chain([udp, Server { api: "tcp", address: plain, protos: TCP }]).collect()
}

/// A row of the socket table, with the API to which the socket belongs. `side` is `server` or `client`.
#[derive(Serialize)]
struct AssignedRow {
    #[serde(flatten)]
    marked: Marked,
    api: &'static str,
    side: &'static str,
    /// `true` if a server opened this socket to connect to the database.
    upstream: bool,
}

impl Server {
    /// Returns `server` or `client` if the socket belongs to this server or to one of its clients.
    fn side_of(&self, row: &Row) -> Option<&'static str> {
        if !self.protos.contains(&row.proto) {
            return None;
        }
        if self.has_address(row.local) {
            return Some("server");
        }
        self.has_address(row.foreign).then_some("client")
    }

    /// Returns `true` if `address` is an address of this server: it has the same port and IP address. A
    /// server that listens on the unspecified address has every IP address. For the database, `address` may
    /// also be unspecified, because it is unknown on which addresses the database listens.
    fn has_address(&self, address: SocketAddr) -> bool {
        address.port() == self.address.port()
            && (self.address.ip().is_unspecified()
                || self.api == DATABASE && address.ip().is_unspecified()
                || address.ip().to_canonical() == self.address.ip().to_canonical())
    }
}

fn filter(servers: &[Server]) -> Filter {
    let ports: BTreeSet<u16> = servers.iter().map(|server| server.address.port()).collect();
    Filter { ports, ..Filter::default() }
}

/// Returns the rows of the socket table that are sent to the page, at most [`MAX_ROWS`], and the number of
/// omitted rows.
///
/// Rows in `TIME_WAIT` come last, because a load test leaves thousands of them.
fn rows(mut marked: Vec<Marked>, servers: &[Server], database: &Database) -> (Vec<AssignedRow>, usize) {
    let omitted = marked.len().saturating_sub(MAX_ROWS);
    marked.sort_by_key(|marked| marked.row.state == Some(SocketState::TimeWait));
    marked.truncate(MAX_ROWS);
    let assigned = marked.into_iter().filter_map(|marked| {
        if let Some(api) = database.client(marked.row.local) {
            return Some(AssignedRow { marked, api, side: "server", upstream: true });
        }
        let (api, side) =
            servers.iter().find_map(|server| Some((server.api, server.side_of(&marked.row)?)))?;
        Some(AssignedRow { marked, api, side, upstream: false })
    });
    (assigned.collect(), omitted)
}
