//! The table of sockets, again and again: what `netstat` would show of the servers and their clients.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use socket_trace::sockets::changes::{Marked, mark, unmarked};
use socket_trace::sockets::{Filter, Proto, Row, State, table};
use tokio::time::{Instant, sleep};

use crate::live::Live;
use crate::live::feed::comparison::REST;

/// How often it is looked at, unless a look takes long: it goes through all processes.
const PAUSE: Duration = Duration::from_millis(250);

/// More are not told of: nobody would read them.
const MOST_ROWS: usize = 200;

/// Looks as long as somebody reads.
pub(crate) async fn run(live: Arc<Live>) {
    let places = places(&live);
    let mut before = None;
    let again = async {
        loop {
            live.readers.any().await;
            let began = Instant::now();
            let (filter, looked) = (filter(&places), tokio::task::spawn_blocking);
            let told = match looked(move || table(&filter)).await {
                Ok(Ok(mut now)) => {
                    now.retain(|row| places.iter().any(|place| place.end(row).is_some()));
                    let marked =
                        before.as_deref().map_or_else(|| unmarked(&now), |before| mark(before, &now));
                    before = Some(now);
                    let (rows, more) = rows(marked, &places);
                    json!({ "rows": rows, "more": more })
                }
                Ok(Err(error)) => json!({ "error": error.to_string() }),
                Err(error) => json!({ "error": error.to_string() }),
            };
            tell(&live, &told.to_string());
            sleep(PAUSE.max(began.elapsed() * REST)).await;
        }
    };
    live.shutdown.run_until_cancelled(again).await;
}

fn tell(live: &Live, now: &str) {
    live.sockets.send_if_modified(|told| {
        let is_news = told.as_deref() != Some(now);
        if is_news {
            *told = Some(now.into());
        }
        is_news
    });
}

/// Where a server is.
struct Place {
    api: &'static str,
    address: SocketAddr,
    protos: [Proto; 2],
}

const TCP: [Proto; 2] = [Proto::Tcp, Proto::Tcp6];
const UDP: [Proto; 2] = [Proto::Udp, Proto::Udp6];

fn places(live: &Live) -> Vec<Place> {
    let plain = live.plain.listen;
    let apis = live.apis.iter().map(|api| Place { api: api.name, address: api.listen, protos: TCP });
    let udp = Place { api: "udp", address: plain, protos: UDP };
    apis.chain([udp, Place { api: "tcp", address: plain, protos: TCP }]).collect()
}

/// A row, and whose it is.
#[derive(Serialize)]
struct Whose {
    #[serde(flatten)]
    marked: Marked,
    api: &'static str,
    side: &'static str,
}

impl Place {
    /// Which end of the connection the socket is, when it is one with this server.
    fn end(&self, row: &Row) -> Option<&'static str> {
        if !self.protos.contains(&row.proto) {
            return None;
        }
        if self.is(row.local) {
            return Some("server");
        }
        self.is(row.foreign).then_some("client")
    }

    /// A server that listens on every address has each.
    fn is(&self, address: SocketAddr) -> bool {
        address.port() == self.address.port()
            && (self.address.ip().is_unspecified()
                || address.ip().to_canonical() == self.address.ip().to_canonical())
    }
}

fn filter(places: &[Place]) -> Filter {
    let ports: BTreeSet<u16> = places.iter().map(|place| place.address.port()).collect();
    Filter { ports, ..Filter::default() }
}

/// The rows that are told, and how many there are beside them. What is in TIME_WAIT comes last: after a load test that is
/// thousands.
fn rows(mut marked: Vec<Marked>, places: &[Place]) -> (Vec<Whose>, usize) {
    let more = marked.len().saturating_sub(MOST_ROWS);
    marked.sort_by_key(|marked| marked.row.state == Some(State::TimeWait));
    marked.truncate(MOST_ROWS);
    let whose = marked.into_iter().filter_map(|marked| {
        let (api, side) = places.iter().find_map(|place| Some((place.api, place.end(&marked.row)?)))?;
        Some(Whose { marked, api, side })
    });
    (whose.collect(), more)
}
