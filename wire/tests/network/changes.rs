//! Changes while a wire runs.

use wire::{Direction, Error, Impairments, Kind, Options, Rule};

use crate::support::{datagram_sockets, finish, receive_until, send, start};

wire_test! {
    fn next_data_packet_is_dropped_on_request() {
        let wire = start(Options::new());
        let (client, server) = datagram_sockets(&wire);
        let client = wire.client().run(async move {
            send(&client, 1..=2, 10).await;
            client
        });
        wire.add_rule(Direction::ToServer, Rule::drop(Kind::Data, 1));
        wire.client().run(async move { send(&client.unwrap(), 3..=4, 10).await }).unwrap();
        let received = wire.server().run(async move { receive_until(&server, 4).await }).unwrap();
        assert_eq!(received, [1, 2, 4]);
        finish(wire);
    }

    fn rule_for_a_port_spares_other_ports() {
        let wire = start(Options::new());
        let (first, first_server) = datagram_sockets(&wire);
        let (second, second_server) = datagram_sockets(&wire);
        let port = second.peer_addr().unwrap().port();
        wire.add_rule(Direction::ToServer, Rule::drop(Kind::Data, 1).on_port(port));
        let sent = wire.client().run(async move {
            send(&first, 1..=2, 10).await;
            send(&second, 1..=2, 10).await;
        });
        sent.unwrap();
        let received = wire.server().run(async move {
            (receive_until(&first_server, 2).await, receive_until(&second_server, 2).await)
        });
        assert_eq!(received.unwrap(), (vec![1, 2], vec![2]));
        finish(wire);
    }

    fn invalid_change_is_rejected_and_changes_nothing() {
        let wire = start(Options::new());
        let invalid = Impairments::default().with_loss(2.0);
        assert!(matches!(wire.set(Direction::ToServer, invalid), Err(Error::Invalid { option: "loss", .. })));
        let (client, server) = datagram_sockets(&wire);
        wire.client().run(async move { send(&client, 1..=10, 10).await }).unwrap();
        assert_eq!(wire.server().run(async move { receive_until(&server, 10).await }).unwrap().len(), 10);
        finish(wire);
    }
}
