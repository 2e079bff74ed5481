//! The stream of records, and the end of a wire.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wire::packet::Packet;
use wire::{Direction, Fate, Impairments, Options};

use crate::support::{connect, datagram_sockets, finish, receive_until, send, start};

wire_test! {
    fn records_are_in_the_order_of_sending() {
        let line = Impairments::delay(Duration::from_millis(5)).with_jitter(Duration::from_millis(5));
        let options = Options::new().impairments(Direction::ToServer, line);
        let wire = start(options);
        let (mut client, mut server) = connect(&wire);
        wire.server().spawn(async move {
            let (mut reader, mut writer) = server.split();
            tokio::io::copy(&mut reader, &mut writer).await.unwrap();
        });
        let echoed = wire.client().run(async move {
            client.write_all(&[7; 50_000]).await.unwrap();
            client.read_exact(&mut [0; 50_000]).await.unwrap()
        });
        assert_eq!(echoed.unwrap(), 50_000);
        let (records, stats) = finish(wire);
        assert!(records.is_sorted_by_key(|record| record.sent));
        assert_eq!(records.len() as u64, stats.to_server.packets + stats.to_client.packets);
        for direction in Direction::BOTH {
            let of_direction = records.iter().filter(|record| record.direction == direction);
            assert!(of_direction.map(|record| record.index).eq(1..=stats.direction(direction).packets));
        }
        for record in &records {
            assert_eq!(Packet::parse(&record.bytes), record.packet);
        }
    }

    fn records_can_be_read_while_the_wire_runs() {
        let mut wire = start(Options::new());
        let mut records = wire.take_records().unwrap();
        assert!(wire.take_records().is_none());
        let (client, server) = datagram_sockets(&wire);
        let client = wire.client().run(async move {
            send(&client, 1..=1, 10).await;
            client
        });
        assert_eq!(records.next().unwrap().index, 1);
        wire.client().run(async move { send(&client.unwrap(), 2..=2, 10).await }).unwrap();
        assert_eq!(records.next().unwrap().index, 2);
        drop(server);
        wire.finish();
        assert_eq!(records.next(), None);
    }

    fn omitted_records_are_counted() {
        let mut wire = start(Options::new().records(3));
        let records = wire.take_records().unwrap();
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=10, 10).await }).unwrap();
        wire.server().run(async move { receive_until(&server, 10).await }).unwrap();
        assert_eq!(wire.finish().omitted_records, 7);
        assert_eq!(records.count(), 3);
    }

    fn wire_without_records_counts_packets() {
        let mut wire = start(Options::new().records(0));
        assert!(wire.take_records().is_none());
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=10, 10).await }).unwrap();
        wire.server().run(async move { receive_until(&server, 10).await }).unwrap();
        let stats = wire.finish();
        assert_eq!((stats.to_server.packets, stats.to_server.delivered, stats.to_server.bytes), (10, 10, 380));
    }

    fn finish_delivers_what_is_in_flight() {
        let wire = start(Options::new().rtt(Duration::from_millis(200)));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=3, 10).await }).unwrap();
        let (records, _) = finish(wire);
        drop(server);
        assert!(records[..3].iter().all(|record| record.fate == Fate::Delivered), "{records:?}");
    }

    fn dropped_wire_ends_the_stream_of_records() {
        let mut wire = start(Options::new().rtt(Duration::from_secs(60)));
        let records = wire.take_records().unwrap();
        let (client, _server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=3, 10).await }).unwrap();
        let waiting = wire.client().spawn(std::future::pending::<()>());
        drop(wire);
        assert!(waiting.is_finished());
        assert!(records.map(|record| record.fate).all(|fate| fate == Fate::Undelivered));
    }

    fn panicking_task_does_not_end_the_wire() {
        let wire = start(Options::new());
        let error = wire.client().run(async { panic!("on purpose") }).unwrap_err();
        assert!(error.is_panic());
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=1, 10).await }).unwrap();
        assert_eq!(wire.server().run(async move { receive_until(&server, 1).await }).unwrap(), [1]);
    }
}
