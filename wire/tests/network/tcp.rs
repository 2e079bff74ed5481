//! TCP segments against socket calls.

use socket_tap::event::TcpFlags;
use socket_tap::monotonic_ns;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::{Direction, Options, Record};

use crate::support::{connect, finish, listen, start};

/// Returns the records whose segments have the flag.
fn with_flag(records: &[Record], flag: TcpFlags) -> Vec<&Record> {
    let has_flag = |record: &&Record| {
        record.packet.as_ref().is_ok_and(|packet| packet.tcp().is_some_and(|tcp| tcp.has(flag)))
    };
    records.iter().filter(has_flag).collect()
}

fn flags(record: &Record) -> String {
    record.packet.as_ref().unwrap().tcp().unwrap().segment.flags.to_string()
}

wire_test! {
    fn handshake_precedes_connect_and_accept() {
        let wire = start(Options::new());
        let listener = listen(wire.server());
        let address = listener.local_addr().unwrap();
        let server = wire.server().spawn(async move {
            let accepted = listener.accept().await.unwrap();
            (accepted.0, monotonic_ns())
        });
        let (client, entered, connected) = wire
            .client()
            .run(async move {
                let entered = monotonic_ns();
                let stream = TcpStream::connect(address).await.unwrap();
                (stream, entered, monotonic_ns())
            })
            .unwrap();
        let (server, accepted) = wire.server().run(server).unwrap().unwrap();
        drop((client, server));
        let (records, _) = finish(wire);
        let [syn, syn_ack, ack, ..] = &records[..] else { panic!("{records:?}") };
        assert_eq!([syn, syn_ack, ack].map(flags), ["SYN", "SYN ACK", "ACK"]);
        assert!(entered <= syn.sent && syn.delivered.unwrap() <= syn_ack.sent);
        assert!(syn_ack.delivered.unwrap() <= connected);
        assert!(syn_ack.delivered.unwrap() <= ack.sent && ack.delivered.unwrap() <= accepted);
        let segment = |record: &Record| record.packet.as_ref().unwrap().tcp().unwrap().segment.clone();
        assert_eq!(segment(syn_ack).ack, Some(segment(syn).seq.wrapping_add(1)));
        assert_eq!((segment(syn).mss, segment(syn).sack_permitted), (Some(1_460), true));
    }

    fn fin_of_shutdown_makes_read_return_zero() {
        let wire = start(Options::new());
        let (mut client, mut server) = connect(&wire);
        let at_eof = wire.server().spawn(async move {
            let count = server.read(&mut [0; 8]).await.unwrap();
            (count, monotonic_ns(), server)
        });
        let shutdown = wire
            .client()
            .run(async move {
                let entered = monotonic_ns();
                client.shutdown().await.unwrap();
                (entered, client)
            })
            .unwrap();
        let (count, read, server) = wire.server().run(at_eof).unwrap().unwrap();
        assert_eq!(count, 0);
        let closed = monotonic_ns();
        wire.server().run(async move { drop(server) }).unwrap();
        drop(shutdown.1);
        let (records, _) = finish(wire);
        let fins = with_flag(&records, TcpFlags::FIN);
        assert_eq!(fins.iter().map(|fin| fin.direction).collect::<Vec<_>>(), Direction::BOTH);
        assert!(shutdown.0 <= fins[0].sent && fins[0].delivered.unwrap() <= read);
        assert!(closed <= fins[1].sent);
    }

    fn connection_without_a_listener_is_reset() {
        let wire = start(Options::new());
        let address = (wire.server().ipv4(), 9);
        let error = wire.client().run(TcpStream::connect(address)).unwrap().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
        let (records, _) = finish(wire);
        assert_eq!(records.iter().map(flags).collect::<Vec<_>>(), ["SYN", "RST ACK"]);
    }

    fn bytes_arrive_unchanged_over_a_bad_line() {
        let line = wire::Impairments::delay(std::time::Duration::from_millis(1))
            .with_loss(0.02)
            .with_duplicates(0.02)
            .with_reordering(0.02, 3);
        let wire = start(Options::new().both(line).seed(3));
        let (mut client, mut server) = connect(&wire);
        let sent: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        let bytes = sent.clone();
        let writer = wire.client().spawn(async move {
            client.write_all(&bytes).await.unwrap();
            client.shutdown().await.unwrap();
            client
        });
        let received = wire.server().run(async move {
            let mut received = Vec::new();
            server.read_to_end(&mut received).await.unwrap();
            received
        });
        assert!(received.unwrap() == sent);
        wire.client().run(writer).unwrap().unwrap();
        let (_, stats) = finish(wire);
        assert!(stats.to_server.dropped > 0 && stats.to_server.duplicated > 0);
        assert!(stats.to_server.retransmissions > 0);
    }
}
