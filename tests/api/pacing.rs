//! Tests of the limit on the requests of one client: further ones wait.

use std::time::{Duration, Instant};

use hardening_http::Limits;
use socket_tap::Tap;

use crate::support::api::{Api, Server};

each_api!(client_beyond_its_rate_waits, client_within_its_rate_does_not_wait);

/// Requests per second.
const RATE: u32 = 20;

/// Requests that a client may send at once.
const BURST: u32 = 50;

/// Makes calls on one connection as fast as possible, and returns their duration.
async fn calls<A: Api>(server: &Server, calls: u32) -> Duration {
    let mut client: A = server.client().await;
    let began = Instant::now();
    for _ in 0..calls {
        client.book(1).await.unwrap();
    }
    began.elapsed()
}

async fn client_beyond_its_rate_waits<A: Api>() {
    let limits = Limits { client_rate: Some(RATE), ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let took = calls::<A>(&server, BURST + 20).await;
    assert!(took >= Duration::from_millis(950), "{took:?}");
}

async fn client_within_its_rate_does_not_wait<A: Api>() {
    let limits = Limits { client_rate: Some(1), ..Limits::default() };
    let server = Server::limited::<A>(&Tap::off(), limits).await;
    let took = calls::<A>(&server, BURST).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}
