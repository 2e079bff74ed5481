//! Impairments of UDP datagrams, whose order is that of the calls.

use std::time::Duration;

use wire::{Direction, DropReason, Fate, Impairments, Kind, Options, Rule, packet::Transport};

use crate::support::{datagram_sockets, dropped, finish, receive_until, send, start};

const MS: u64 = 1_000_000;

/// Sends 100 datagrams over a line that loses a fifth of them. Returns the indexes of the lost ones.
fn lost(seed: u64) -> Vec<u64> {
    let wire = start(Options::new().both(Impairments::default().with_loss(0.2)).seed(seed));
    let (client, server) = datagram_sockets(&wire);
    let client = wire.client().run(async move {
        send(&client, 1..=100, 10).await;
        client
    });
    // The last datagram is not lost.
    wire.set(Direction::ToServer, Impairments::default()).unwrap();
    let server = wire.server().spawn(async move { receive_until(&server, 101).await });
    wire.client().run(async move { send(&client.unwrap(), 101..=101, 10).await }).unwrap();
    let received = wire.server().run(server).unwrap().unwrap();
    let (records, stats) = finish(wire);
    let lost = dropped(&records, DropReason::Loss);
    let expected: Vec<u8> = (1..=101).filter(|number| !lost.contains(&u64::from(*number))).collect();
    assert_eq!(received, expected);
    assert_eq!((stats.to_server.packets, stats.to_server.dropped), (101, lost.len() as u64));
    lost
}

wire_test! {
    fn same_seed_loses_the_same_datagrams() {
        let first = lost(7);
        assert!((5..=40).contains(&first.len()), "{first:?}");
        assert_eq!(first, lost(7));
        assert_ne!(first, lost(8));
    }

    fn delay_is_exact() {
        let line = Impairments::delay(Duration::from_millis(50));
        let wire = start(Options::new().both(line));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=20, 10).await }).unwrap();
        wire.server().run(async move { receive_until(&server, 20).await }).unwrap();
        let (records, _) = finish(wire);
        assert_eq!(records.len(), 20);
        for record in &records {
            // How late the delivery is depends on the load of this machine.
            assert_eq!(record.due, Some(record.sent + 50 * MS));
            assert!(record.delivered >= record.due);
        }
    }

    fn jitter_varies_the_delay_and_keeps_the_order() {
        let line = Impairments::delay(Duration::from_millis(20)).with_jitter(Duration::from_millis(10));
        let wire = start(Options::new().both(line));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=50, 10).await }).unwrap();
        let received = wire.server().run(async move { receive_until(&server, 50).await }).unwrap();
        assert_eq!(received, (1..=50).collect::<Vec<u8>>());
        let (records, _) = finish(wire);
        let delays: Vec<u64> = records.iter().map(|record| record.due.unwrap() - record.sent).collect();
        assert!(delays.iter().all(|delay| *delay >= 10 * MS));
        assert!(delays.iter().min() < delays.iter().max());
    }

    fn held_back_datagram_is_overtaken() {
        // The delay leaves half a second in which those that overtake can be sent.
        let line = Impairments::delay(Duration::from_millis(500));
        let rule = Rule::hold_back(Kind::Data, 2, 2);
        let wire = start(Options::new().both(line).rule(Direction::ToServer, rule));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=5, 10).await }).unwrap();
        let received = wire.server().run(async move { receive_until(&server, 5).await }).unwrap();
        assert_eq!(received, [1, 3, 4, 2, 5]);
        let (records, _) = finish(wire);
        assert_eq!(records.iter().map(|record| record.overtaken_by).collect::<Vec<_>>(), [0, 2, 0, 0, 0]);
        assert!(records[1].delivered > records[3].delivered && records[1].delivered < records[4].delivered);
    }

    fn last_datagram_is_delivered_although_none_overtakes_it() {
        let rule = Rule::hold_back(Kind::Data, 1, 2);
        let wire = start(Options::new().rule(Direction::ToServer, rule));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=1, 10).await }).unwrap();
        wire.server().run(async move { receive_until(&server, 1).await }).unwrap();
        let (records, _) = finish(wire);
        assert_eq!((records[0].fate, records[0].overtaken_by), (Fate::Delivered, 0));
    }

    fn duplicated_datagram_arrives_twice() {
        let wire = start(Options::new().rule(Direction::ToServer, Rule::duplicate(Kind::Data, 2)));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=3, 10).await }).unwrap();
        let received = wire.server().run(async move { receive_until(&server, 3).await }).unwrap();
        assert_eq!(received, [1, 2, 2, 3]);
        let (records, stats) = finish(wire);
        let fates: Vec<(u64, Fate)> = records.iter().map(|record| (record.index, record.fate)).collect();
        let expected = [Fate::Delivered, Fate::Delivered, Fate::Duplicated, Fate::Delivered];
        assert_eq!(fates, [1, 2, 2, 3].into_iter().zip(expected).collect::<Vec<_>>());
        assert_eq!((stats.to_server.packets, stats.to_server.delivered), (3, 4));
    }

    fn fragments_of_a_datagram_are_packets() {
        let wire = start(Options::new());
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=1, 4_000).await }).unwrap();
        wire.server().run(async move { receive_until(&server, 1).await }).unwrap();
        let (records, _) = finish(wire);
        let transports: Vec<&Transport> =
            records.iter().map(|record| &record.packet.as_ref().unwrap().transport).collect();
        assert!(
            matches!(transports[..], [
                Transport::Udp(_),
                Transport::Fragment { protocol: 17, .. },
                Transport::Fragment { protocol: 17, .. },
            ]),
            "{transports:?}"
        );
    }
}
