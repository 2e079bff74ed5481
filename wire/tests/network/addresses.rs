//! Addresses, protocols and the isolation of networks.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use wire::packet::Transport;
use wire::{Options, Side};

use crate::support::{finish, listen, start};

/// Sends five bytes from a client to a server and back, over TCP.
fn echo(client: &Side, server: &Side, address: IpAddr) {
    let listener = server.run(TcpListener::bind((address, 0))).unwrap().unwrap();
    let address = listener.local_addr().unwrap();
    server.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 5];
        stream.read_exact(&mut bytes).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
    });
    let echoed = client.run(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        bytes
    });
    assert_eq!(echoed.unwrap(), b"hello");
}

wire_test! {
    fn both_ip_versions_connect() {
        let wire = start(Options::new());
        echo(wire.client(), wire.server(), wire.server().ipv4());
        if wire.has_ipv6() {
            echo(wire.client(), wire.server(), wire.server().ipv6());
        } else {
            eprintln!("skipped: this kernel has no IPv6");
        }
        let (records, _) = finish(wire);
        assert!(records.iter().all(|record| record.packet.is_ok()));
    }

    fn server_can_connect_to_the_client() {
        let wire = start(Options::new());
        echo(wire.server(), wire.client(), wire.client().ipv4());
    }

    fn loopback_packets_do_not_reach_the_wire() {
        let wire = start(Options::new());
        echo(wire.client(), wire.client(), IpAddr::from([127, 0, 0, 1]));
        let (records, _) = finish(wire);
        assert!(records.is_empty(), "{records:?}");
    }

    fn icmp_refuses_datagrams_to_a_closed_port() {
        let wire = start(Options::new());
        let mut ends = vec![(wire.client().ipv4(), wire.server().ipv4())];
        if wire.has_ipv6() {
            ends.push((wire.client().ipv6(), wire.server().ipv6()));
        }
        let count = ends.len();
        let refused = wire.client().run(async move {
            for (client, server) in ends {
                let socket = UdpSocket::bind((client, 0)).await.unwrap();
                socket.connect(SocketAddr::new(server, 9)).await.unwrap();
                socket.send(b"hello").await.unwrap();
                let error = socket.recv(&mut [0; 10]).await.unwrap_err();
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
            }
        });
        refused.unwrap();
        let (records, _) = finish(wire);
        let names: Vec<&str> = records
            .iter()
            .filter_map(|record| match &record.packet.as_ref().unwrap().transport {
                Transport::Icmp(icmp) => Some(icmp.name),
                _ => None,
            })
            .collect();
        assert_eq!(names, vec!["port unreachable"; count]);
    }

    fn wires_do_not_reach_each_other() {
        let (first, second) = (start(Options::new()), start(Options::new()));
        let listener = listen(first.server());
        let address = listener.local_addr().unwrap();
        let error = second.client().run(TcpStream::connect(address)).unwrap().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
        echo(first.client(), first.server(), first.server().ipv4());
        echo(second.client(), second.server(), second.server().ipv4());
    }
}
