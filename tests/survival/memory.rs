//! Tests of the servers' memory use during and after thousands of connections.

use std::time::{Duration, Instant};

use socket_tap::Tap;

use crate::recording::overload::allow_files;
use crate::support::api::Api;
use crate::support::process::Serving;
use crate::support::raw::Raw;
use crate::support::recorded::{Recorded, recorded};

each_api!(memory_of_idle_connections_is_bounded_and_freed);

async fn memory_of_idle_connections_is_bounded_and_freed<A: Api>() {
    const CONNECTIONS: u32 = 5_000;
    /// Maximum memory in KiB that each open connection may need, including its recording.
    const EACH: u64 = 24;
    /// Maximum memory in KiB that the server keeps for each connection after it is closed.
    const LEFT: u64 = 1;
    if !allow_files(u64::from(CONNECTIONS) + 1_000) {
        return;
    }
    let Recorded { server, _directory } = recorded::<A>(&["--head-timeout", "600"]);
    let mut working = A::connect(&Tap::off(), server.address).await.unwrap();
    working.book(1).await.unwrap();
    let before = server.memory();
    for _ in 0..3 {
        let mut idle = Vec::new();
        for _ in 0..CONNECTIONS {
            idle.push(Raw::connect(server.address).await);
        }
        A::connect(&Tap::off(), server.address).await.unwrap().book(1).await.unwrap();
        working.book(1).await.unwrap();
        let peak = server.memory();
        eprintln!("{}: {before} KiB before, {peak} KiB with {CONNECTIONS} connections", A::SERVER);
        assert!(peak < before + u64::from(CONNECTIONS) * EACH);
        for client in &mut idle {
            client.finish().await;
        }
        for mut client in idle {
            client.rest().await;
        }
        assert!(memory_falls(&server, before + u64::from(CONNECTIONS) * LEFT, &mut working).await);
    }
    working.close().await;
}

/// Makes calls until the server's memory falls to `most` KiB. Returns `false` if it does not within a minute.
async fn memory_falls<A: Api>(server: &Serving, most: u64, working: &mut A) -> bool {
    let asked = Instant::now();
    while server.memory() > most && asked.elapsed() < Duration::from_secs(60) {
        working.book(1).await.unwrap();
    }
    let memory = server.memory();
    eprintln!("{}: {memory} KiB after {:?}", A::SERVER, asked.elapsed());
    // Other allocators return memory on their own terms.
    memory <= most || cfg!(not(all(target_os = "linux", target_env = "gnu")))
}
