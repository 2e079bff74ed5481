//! A lost segment, and its retransmission by the kernel.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wire::packet::Tcp;
use wire::{Direction, DropReason, Fate, Kind, Options, Record, Rule};

use crate::support::{connect, dropped, finish, start};

fn tcp(record: &Record) -> &Tcp {
    record.packet.as_ref().unwrap().tcp().unwrap()
}

wire_test! {
    // The kernel's timers are the reason for the round-trip time: they repeat a segment after two or three round trips. So
    // this machine would have to stand still for more than 100 ms to cause a second retransmission of the dropped segment.
    fn third_data_packet_is_retransmitted_once_when_dropped() {
        let options = Options::new()
            .rtt(Duration::from_millis(100))
            .rule(Direction::ToServer, Rule::drop(Kind::Data, 3));
        let wire = start(options);
        let (mut client, mut server) = connect(&wire);
        let sent: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
        let bytes = sent.clone();
        let writer = wire.client().spawn(async move {
            client.write_all(&bytes).await.unwrap();
            client.shutdown().await.unwrap();
            client
        });
        let received = wire.server().run(async move {
            let mut received = Vec::new();
            server.read_to_end(&mut received).await.unwrap();
            (received, server)
        });
        let (received, server) = received.unwrap();
        assert!(received == sent);
        wire.client().run(writer).unwrap().unwrap();
        drop(server);

        let (records, _) = finish(wire);
        let data: Vec<&Record> = records
            .iter()
            .filter(|record| record.direction == Direction::ToServer && tcp(record).payload > 0)
            .collect();
        let third = data.iter().filter(|record| !record.is_retransmission).nth(2).unwrap();
        assert_eq!(third.fate, Fate::Dropped(DropReason::Rule));
        assert_eq!(dropped(&records, DropReason::Rule), [third.index]);
        let missing = tcp(third).segment.seq;
        let repeated: Vec<&&Record> = data
            .iter()
            .filter(|record| record.is_retransmission && tcp(record).segment.seq == missing)
            .collect();
        assert_eq!(repeated.len(), 1, "{repeated:?}");
        assert_eq!(tcp(repeated[0]).payload, tcp(third).payload);
        assert_eq!(repeated[0].fate, Fate::Delivered);
        // The receiver reports what it has beyond the hole.
        let beyond = missing.wrapping_add(tcp(third).sequence_length());
        assert!(records.iter().any(|record| {
            record.direction == Direction::ToClient
                && tcp(record).segment.sack.iter().any(|(start, _)| *start == beyond)
        }));
    }

    fn dropped_syn_is_retransmitted() {
        let wire = start(Options::new().rule(Direction::ToServer, Rule::drop(Kind::Syn, 1)));
        drop(connect(&wire));
        let (records, stats) = finish(wire);
        assert_eq!(records[0].fate, Fate::Dropped(DropReason::Rule));
        assert!(records[1].is_retransmission && stats.to_server.retransmissions >= 1);
        assert_eq!(tcp(&records[0]).segment.seq, tcp(&records[1]).segment.seq);
        // The initial retransmission timeout is one second (RFC 6298, section 2).
        assert!(records[1].sent - records[0].sent >= 900_000_000);
    }
}
