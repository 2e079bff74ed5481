//! Tests of the filter conditions.

use super::*;

fn filtered(filter: &Filter) -> Vec<String> {
    let shown = printed(&[server(), client()], filter, |timeline| View::text(timeline, Style::default()));
    let lines = shown.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.map(|line| line.chars().take(50).collect()).collect()
}

#[test]
fn event_is_shown_if_all_filters_match() {
    let none = Filter { both_ends: true, ..Filter::default() };
    let ops = |ops: &[&str]| ops.iter().map(|op| (*op).to_owned()).collect();
    let writes = Filter { ops: ops(&["write", "listen"]), ..none.clone() };
    let [listen, by_client, by_server] = filtered(&writes).try_into().unwrap();
    assert_eq!(listen, "shop-server 0.000020 #1 listen backlog 1024");
    assert_eq!(by_client, "shop-client c1 0.050131 #1 write 40 B GET /v1/book");
    assert_eq!(by_server, "shop-server c1 0.050160 #2 write 78 B 200 OK, {\"id");

    let of_sock = Filter { sock: SockId::new(2), ..writes.clone() };
    assert_eq!(filtered(&of_sock), [by_server.as_str()]);
    let of_connection = Filter { connection: Some(1), ..writes.clone() };
    assert_eq!(filtered(&of_connection), [by_client.as_str(), &by_server]);
    assert!(filtered(&Filter { connection: Some(2), ..none.clone() }).is_empty());

    let step = Filter { step: Some("get a book".into()), ..writes.clone() };
    assert_eq!(filtered(&step), [by_client.as_str(), &by_server]);
    assert!(filtered(&Filter { step: Some("list books".into()), ..none.clone() }).is_empty());

    let early = Filter { until: Some(50_131_000), ..writes.clone() };
    assert_eq!(filtered(&early), [listen.as_str(), &by_client]);
    let late = Filter { since: Some(50_131_000), ..early };
    assert_eq!(filtered(&late), [by_client.as_str()]);
}

#[test]
fn peer_filter_is_a_host_with_optional_port() {
    let of_peer = |peer: &str, both_ends: bool| {
        let ops = vec!["accept".to_owned(), "connect".to_owned()];
        let filter = Filter { peer: Some(peer.parse().unwrap()), both_ends, ops, ..Filter::default() };
        filtered(&filter).len()
    };
    assert_eq!(of_peer("127.0.0.1", false), 2);
    assert_eq!(of_peer("::ffff:127.0.0.1", false), 2);
    assert_eq!(of_peer("127.0.0.2", false), 0);
    assert_eq!(of_peer("127.0.0.1:51234", false), 1, "only the server has this peer");
    assert_eq!(of_peer("127.0.0.1:51234", true), 2);
    assert_eq!(of_peer("/run/shop", true), 0);
    let datagram = r#"{"t":5,"sock":2,"op":"recvfrom","bytes":1,"peer":"127.0.0.1:53"}"#;
    let filter = |peer: &str| Filter { peer: Some(peer.parse().unwrap()), ..Filter::default() };
    for (peer, lines) in [("127.0.0.1:53", 2), ("127.0.0.1:54", 1)] {
        let recording = [vec![header("a", Side::Server, 0, 0), datagram.to_owned()]];
        let shown = printed(&recording, &filter(peer), |timeline| View::text(timeline, Style::default()));
        assert_eq!(shown.lines().count(), lines, "{shown}");
    }
}

#[test]
fn packets_of_a_socket_are_shown_from_the_first_syn() {
    let mut filter = Filter { sock: SockId::new(2), ops: vec!["packet".to_owned()], ..Filter::default() };
    let traces = [server(), client(), wire()];
    let mut events = AnnotatedEvents::new(timeline(&traces));
    while let Some(annotated) = events.next_event().unwrap() {
        filter.observe(&annotated);
    }
    let packets =
        |filter: &Filter| printed(&traces, filter, |timeline| View::text(timeline, Style::default()));
    assert_eq!(packets(&filter).lines().skip(3).count(), 12);
    filter.sock = SockId::new(7);
    filter.connections_of_sock.clear();
    assert_eq!(packets(&filter).lines().skip(3).count(), 0);
}

#[test]
fn peer_filter_passes_packets_from_and_to_the_peer() {
    let traces = [wire()];
    for (peer, packets) in [("127.0.0.1:3000", 12), ("127.0.0.1", 12), ("127.0.0.1:9", 0)] {
        let filter = Filter { peer: Some(peer.parse().unwrap()), ..Filter::default() };
        let shown = printed(&traces, &filter, |timeline| View::text(timeline, Style::default()));
        assert_eq!(shown.lines().skip(1).count(), packets, "{shown}");
    }
}

#[test]
fn events_hidden_by_filters_still_update_connections() {
    // Both the start of the request head and the accept are hidden.
    let filter = Filter { since: Some(50_150_000), sock: SockId::new(2), ..Filter::default() };
    let lines = filtered(&filter);
    assert_eq!(lines[0], "shop-server c1 0.050150 #2 read 16 B …GET /v1/book");
    assert_eq!(lines[4], "shop-server c1 0.050210 #2 close 40 B in, 78 B out");
    let shown = printed(&[server()], &filter, |timeline| View::text(timeline, Style::default()));
    assert!(shown.contains("0.10 ms"), "{shown}");
}
