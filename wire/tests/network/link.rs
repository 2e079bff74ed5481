//! Bandwidth and the queue before the link.

use wire::{DropReason, Impairments, Options, Record};

use crate::support::{datagram_sockets, dropped, finish, send, start};

wire_test! {
    // The link takes 82 ms for a datagram, so the queue overflows even if sending them takes seconds.
    fn burst_overflows_the_queue() {
        let line = Impairments::default().with_bandwidth(100_000, 4);
        let wire = start(Options::new().both(line));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=40, 1_000).await }).unwrap();
        let (records, stats) = finish(wire);
        drop(server);
        let rejected = dropped(&records, DropReason::Queue);
        assert!(!rejected.is_empty() && !rejected.contains(&1), "{rejected:?}");
        assert_eq!(stats.to_server.dropped, rejected.len() as u64);
        let passed: Vec<&Record> = records.iter().filter(|record| record.due.is_some()).collect();
        assert!(passed.len() >= 4);
        // 1,028 bytes at 100 kbit/s.
        let transmission = 82_240_000;
        for pair in passed.windows(2) {
            assert!(pair[1].due.unwrap() - pair[0].due.unwrap() >= transmission);
        }
        assert!(passed.iter().all(|record| record.delivered >= record.due));
    }
}
