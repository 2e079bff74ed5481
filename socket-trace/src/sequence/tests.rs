use socket_tap::event::SockId;
use socket_tap::format::Side;

use super::*;
use crate::timeline::fixture::{client, client_stamped_on_return, header, server, timeline, trace};

pub(super) fn gathered(traces: &[Vec<String>], choice: &Choice) -> Vec<Sequence> {
    gather(&mut AnnotatedEvents::new(timeline(traces)), choice).unwrap()
}

pub(super) fn first(traces: &[Vec<String>]) -> Sequence {
    gathered(traces, &Choice::First).remove(0)
}

fn of_sock(sock: u64) -> Choice {
    Choice::Sock(SockId::new(sock).unwrap())
}

/// Formats each socket call as `C write 40 B`, with `C` for the client and `S` for the server.
fn calls(sequence: &Sequence) -> Vec<String> {
    let side = |call: &Call| if call.side == socket_tap::format::Side::Client { "C" } else { "S" };
    sequence.calls.iter().map(|call| format!("{} {}", side(call), call.text)).collect()
}

#[test]
fn merging_both_sides_places_causes_before_effects() {
    let sequence = first(&[server(), client()]);
    let expected = [
        "S socket",
        "S bind",
        "S listen",
        "C socket",
        // It returned after the accept that it caused.
        "C connect",
        "S accept",
        "C write 40 B",
        "S read 24 B",
        "S read 16 B",
        "S write 78 B",
        "C read 78 B",
        "C close",
        "S read 0 B (FIN)",
        "S shutdown",
        "S close",
    ];
    assert_eq!(calls(&sequence), expected);
    assert_eq!((sequence.title.as_str(), sequence.more), ("shop", 0));
    assert_eq!(sequence.client.as_deref(), Some("shop-client #1"));
    assert_eq!(sequence.server.as_deref(), Some("shop-server #2"));
}

#[test]
fn causes_precede_effects_even_without_call_start_times() {
    let stamped = first(&[server(), client_stamped_on_return()]);
    assert_eq!(calls(&stamped), calls(&first(&[server(), client()])));
}

#[test]
fn order_of_traces_does_not_matter() {
    let calls = |traces: &[Vec<String>]| calls(&first(traces));
    assert_eq!(calls(&[server(), client()]), calls(&[client(), server()]));
    let of_step = of_step(trace(&client()), trace(&server()), "get a book").unwrap();
    assert_eq!(of_step, first(&[client(), server()]).calls);
}

#[test]
fn missing_step_or_socket_yields_no_diagram() {
    for choice in [Choice::Step("list books".to_owned()), of_sock(1), of_sock(99)] {
        assert_eq!(gathered(&[server(), client()], &choice), [], "{choice:?}");
    }
    assert_eq!(of_step(trace(&client()), trace(&server()), "list books").unwrap(), []);
}

/// Returns the client's and the server's recording of three connections in two steps. The client's port
/// equals its socket number.
fn three() -> [Vec<String>; 2] {
    let (mut client, mut server) =
        (vec![header("a", Side::Client, 0, 0)], vec![header("a", Side::Server, 0, 0)]);
    for number in 1..=3_u64 {
        let (t, sock) = (number * 10, number + 10);
        if number > 1 {
            client.push(format!(r#"{{"t":{t},"op":"mark","label":"step {number}"}}"#));
        }
        client.push(format!(
            r#"{{"t":{t},"sock":{number},"op":"connect","local":"127.0.0.1:{number}","peer":"127.0.0.1:80"}}"#
        ));
        server.push(format!(
            r#"{{"t":{},"sock":{sock},"op":"accept","on":9,"local":"127.0.0.1:80","peer":"127.0.0.1:{number}"}}"#,
            t + 1
        ));
    }
    [client, server]
}

fn ends(sequences: &[Sequence]) -> Vec<String> {
    let end = |end: &Option<String>| end.clone().unwrap_or_default();
    sequences.iter().map(|sequence| format!("{} {}", end(&sequence.client), end(&sequence.server))).collect()
}

#[test]
fn connection_is_selected_by_socket_or_step() {
    let of = |choice: &Choice| ends(&gathered(&three(), choice));
    assert_eq!(of(&Choice::First), ["a-client #1 a-server #11"]);
    // The number is the server's.
    assert_eq!(of(&of_sock(12)), ["a-client #2 a-server #12"]);
    assert_eq!(of(&of_sock(2)), Vec::<String>::new());
    // The server's recording has no marks.
    assert_eq!(of(&Choice::Step("step 3".to_owned())), ["a-client #3 a-server #13"]);
    let [client, _] = three();
    assert_eq!(ends(&gathered(&[client], &of_sock(2))), ["a-client #2 "]);
}

#[test]
fn connection_recorded_on_both_sides_is_preferred() {
    let [client, mut server] = three();
    // A client that was not recorded connected first.
    let stranger =
        r#"{"t":5,"sock":10,"op":"accept","on":9,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#.to_owned();
    server.insert(1, stranger);
    assert_eq!(ends(&gathered(&[client, server.clone()], &Choice::First)), ["a-client #1 a-server #11"]);
    assert_eq!(ends(&gathered(&[server], &Choice::First)), [" a-server #10"]);
}

#[test]
fn first_of_simultaneous_connections_is_drawn() {
    let [client, mut server] = three();
    let second = server.remove(2).replace("\"t\":21", "\"t\":10");
    server.insert(1, second);
    assert_eq!(ends(&gathered(&[client, server], &Choice::First)), ["a-client #1 a-server #11"]);
}

#[test]
fn each_client_and_server_pair_has_a_diagram() {
    let renamed = |lines: Vec<String>| -> Vec<String> {
        lines.iter().map(|line| line.replace("shop", "bank").replace("127.0.0.1", "127.0.0.2")).collect()
    };
    let all = [client(), renamed(server()), server(), renamed(client())];
    let sequences = gathered(&all, &Choice::First);
    let mut titles: Vec<&str> = sequences.iter().map(|sequence| sequence.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["bank", "shop"]);
    assert!(sequences.iter().all(|sequence| sequence.client.is_some() && sequence.server.is_some()));
}

#[test]
fn diagram_of_a_long_connection_is_truncated() {
    let mut lines = server().into_iter().take(6).collect::<Vec<_>>();
    lines
        .extend((0..10_000).map(|t| format!(r#"{{"t":{},"sock":2,"op":"read","bytes":1}}"#, 50_200_000 + t)));
    let sequence = first(&[lines]);
    // Three of the events belong to the listener.
    assert_eq!((sequence.calls.len() as u64 + sequence.more, sequence.more), (10_004, 10_004 - 500));
    assert!(text::diagram(&sequence, 100).contains("9504"));
    assert!(mermaid::diagram(&sequence).contains("9504"));
    assert!(svg::picture(&[sequence]).contains("9504"));
}

fn sent(close: &str) -> Vec<Option<Signal>> {
    let lines = [
        header("a", Side::Server, 0, 0),
        r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#.to_owned(),
        close.to_owned(),
    ];
    first(&[lines.to_vec()]).calls.into_iter().skip(1).map(|call| call.sends).collect()
}

#[test]
fn close_sends_fin_rst_or_nothing() {
    let close = |fields: &str| {
        format!(r#"{{"t":9,"sock":2,"op":"close","rx":0,"tx":0,"reads":0,"writes":0{fields}}}"#)
    };
    assert_eq!(sent(&close(r#","ended_by":"local""#)), [Some(Signal::Fin)]);
    assert_eq!(sent(&close(r#","ended_by":"local","aborted":true"#)), [Some(Signal::Rst)]);
    assert_eq!(sent(&close(r#","ended_by":"reset","errno":104"#)), [None]);
    let after_shutdown = format!("{}\n{}", r#"{"t":8,"sock":2,"op":"shutdown","how":"write"}"#, close(""));
    assert_eq!(sent(&after_shutdown), [Some(Signal::Fin), None]);
}
