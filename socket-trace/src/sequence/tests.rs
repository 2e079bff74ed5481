use super::*;
use crate::timeline::fixture::{client, header, moved, server, timeline, trace};

fn gathered(traces: &[Vec<String>], choice: &Choice) -> Vec<Sequence> {
    gather(&mut Walk::along(timeline(traces)), choice).unwrap()
}

fn first(traces: &[Vec<String>]) -> Sequence {
    gathered(traces, &Choice::First).remove(0)
}

/// `C write 40 B`
fn calls(sequence: &Sequence) -> Vec<String> {
    let side = |call: &Call| if call.side == socket_tap::format::Side::Client { "C" } else { "S" };
    sequence.calls.iter().map(|call| format!("{} {}", side(call), call.text)).collect()
}

#[test]
fn both_sides_stand_in_one_order_causes_first() {
    let sequence = first(&[server(), client()]);
    let expected = [
        "S socket",
        "S bind",
        "S listen",
        "C socket",
        // Recorded after the accept, which it has caused; and so was the write.
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
fn the_order_of_the_traces_does_not_matter() {
    let calls = |traces: &[Vec<String>]| calls(&first(traces));
    assert_eq!(calls(&[server(), client()]), calls(&[client(), server()]));
    let of_step = of_step(trace(&client()), trace(&server()), "get a book").unwrap();
    assert_eq!(of_step, first(&[client(), server()]).calls);
}

#[test]
fn a_step_or_socket_that_is_not_there_has_no_sequence() {
    for choice in [Choice::Step("list books".to_owned()), Choice::Sock(1), Choice::Sock(99)] {
        assert_eq!(gathered(&[server(), client()], &choice), [], "{choice:?}");
    }
    assert_eq!(of_step(trace(&client()), trace(&server()), "list books").unwrap(), []);
}

/// Three connections in two steps, with the number of the client's socket for their port.
fn three() -> [Vec<String>; 2] {
    let (mut client, mut server) = (vec![header("a", "client", 0, 0)], vec![header("a", "server", 0, 0)]);
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
fn the_connection_is_that_of_the_socket_or_step() {
    let of = |choice: &Choice| ends(&gathered(&three(), choice));
    assert_eq!(of(&Choice::First), ["a-client #1 a-server #11"]);
    // As the server numbers it.
    assert_eq!(of(&Choice::Sock(12)), ["a-client #2 a-server #12"]);
    assert_eq!(of(&Choice::Sock(2)), Vec::<String>::new());
    // The server has no marks of its own.
    assert_eq!(of(&Choice::Step("step 3".to_owned())), ["a-client #3 a-server #13"]);
    let [client, _] = three();
    assert_eq!(ends(&gathered(&[client], &Choice::Sock(2))), ["a-client #2 "]);
}

#[test]
fn a_connection_of_which_both_sides_are_recorded_is_preferred() {
    let [client, mut server] = three();
    // Somebody else has come before.
    let stranger =
        r#"{"t":5,"sock":10,"op":"accept","on":9,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#.to_owned();
    server.insert(1, stranger);
    assert_eq!(ends(&gathered(&[client, server.clone()], &Choice::First)), ["a-client #1 a-server #11"]);
    assert_eq!(ends(&gathered(&[server], &Choice::First)), [" a-server #10"]);
}

#[test]
fn pairs_of_recordings_have_a_sequence_each() {
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
fn long_connections_are_cut() {
    let mut lines = server().into_iter().take(6).collect::<Vec<_>>();
    lines
        .extend((0..10_000).map(|t| format!(r#"{{"t":{},"sock":2,"op":"read","bytes":1}}"#, 50_200_000 + t)));
    let sequence = first(&[lines]);
    // With the three of the listener.
    assert_eq!((sequence.calls.len() as u64 + sequence.more, sequence.more), (10_004, 10_004 - 500));
    assert!(text::diagram(&sequence, 100).contains("… and 9504 calls more"));
    assert!(mermaid::diagram(&sequence).contains("and 9504 calls more"));
    assert!(svg::picture(&[sequence]).contains("… and 9504 calls more"));
}

fn sent(close: &str) -> Vec<Option<Signal>> {
    let lines = [
        header("a", "server", 0, 0),
        r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:9"}"#.to_owned(),
        close.to_owned(),
    ];
    first(&[lines.to_vec()]).calls.into_iter().skip(1).map(|call| call.sends).collect()
}

#[test]
fn a_close_sends_what_it_sends() {
    let close = |fields: &str| {
        format!(r#"{{"t":9,"sock":2,"op":"close","rx":0,"tx":0,"reads":0,"writes":0{fields}}}"#)
    };
    assert_eq!(sent(&close(r#","ended_by":"local""#)), [Some(Signal::Fin)]);
    assert_eq!(sent(&close(r#","ended_by":"local","aborted":true"#)), [Some(Signal::Rst)]);
    assert_eq!(sent(&close(r#","ended_by":"reset","errno":104"#)), [None]);
    let after_shutdown = format!("{}\n{}", r#"{"t":8,"sock":2,"op":"shutdown","how":"write"}"#, close(""));
    assert_eq!(sent(&after_shutdown), [Some(Signal::Fin), None]);
}

#[test]
fn the_text_draws_what_goes_across() {
    let expected = r#"
            client: shop-client #1                                      server: shop-server #2
  0.000000                                                              socket
  0.000010                                                              bind 127.0.0.1:3000
  0.000020                                                              listen
   ⋮ 50 ms
  0.050081  socket
  0.050116  connect 127.0.0.1:3000  ── SYN ──────────────────────────▶
                                    ◀───────────────────── SYN, ACK ──
                                    ── ACK ──────────────────────────▶
  0.050110                                                              accept 127.0.0.1:51234
  0.050146  write 40 B              ── GET /v1/books/1 ──────────────▶
  0.050140                                                              read 24 B
  0.050150                                                              read 16 B
  0.050160                          ◀───────────── 200 OK, {"id":1} ──  write 78 B
  0.050171  read 78 B
  0.050181  close                   ── FIN ──────────────────────────▶
  0.050190                                                              read 0 B (FIN)
  0.050200                          ◀────────────────────────── FIN ──  shutdown
  0.050210                                                              close
"#;
    assert_eq!(format!("\n{}", text::diagram(&first(&[server(), client()]), 94)), expected);
}

#[test]
fn of_a_side_that_was_not_recorded_the_text_draws_what_follows() {
    let drawn = text::diagram(&first(&[server()]), 94);
    assert!(drawn.contains("client: not recorded") && drawn.contains("server: shop-server #2"), "{drawn}");
    let line = |text: &str| drawn.lines().find(|line| line.contains(text)).unwrap();
    assert!(line("accept").contains("── ACK ─"), "{drawn}");
    assert!(
        line("read 24 B").contains("── GET /v1/books/1… ─") && line("read 24 B").contains('▶'),
        "{drawn}"
    );
    assert!(line("read 0 B").contains("── FIN ─"), "{drawn}");
    let drawn = text::diagram(&first(&[client()]), 94);
    assert!(drawn.contains("server: not recorded"), "{drawn}");
    assert!(drawn.lines().any(|line| line.contains("read 78 B  ") && line.contains('◀')), "{drawn}");
}

#[test]
fn lanes_stand_beside_each_other() {
    let both = first(&[server(), client()]).calls;
    let alone = first(&[server()]).calls;
    let expected = "\
A                                   │ B
client              server          │ (not recorded)      server
─────────────────────────────────── │ ───────────────────────────────────
                    socket          │                     socket
                    bind            │                     bind
                    listen          │                     listen
socket                              │                ───▶ accept
connect        ───▶                 │                ───▶ read 24 B
                    accept          │                ───▶ read 16 B
write 40 B     ───▶                 │                ◀─── write 78 B
                    read 24 B       │                ───▶ read 0 B (FIN)
                    read 16 B       │                ◀─── shutdown
               ◀─── write 78 B      │                     close
read 78 B                           │
close          ───▶                 │
                    read 0 B (FIN)  │
               ◀─── shutdown        │
                    close           │
";
    assert_eq!(lanes(&[("A".to_owned(), both), ("B".to_owned(), alone)]), expected);
}

/// What was carried, and who recorded, is full of what means something to somebody.
fn evil() -> Sequence {
    let target = "/a;b#c<br>&\"end\"%%{x}-->>:é";
    let request = format!("GET {target} HTTP/1.1\r\n\r\n");
    let lines = [
        header("<i>a;b", "server", 0, 640),
        r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"<b>;\u001b[2J\n#"}"#
            .to_owned(),
        moved(2, 2, "read", request.as_bytes()),
    ];
    let sequence = first(&[lines.to_vec()]);
    assert!(sequence.calls[1].carried.contains("<br>"), "{sequence:?}");
    sequence
}

#[test]
fn mermaid_reads_what_is_said_and_nothing_into_it() {
    let drawn = mermaid::diagram(&evil());
    assert!(drawn.starts_with("sequenceDiagram\n    participant C as "), "{drawn}");
    for line in drawn.lines().skip(1) {
        let (before, said) = line.split_once(" as ").or_else(|| line.split_once(": ")).unwrap();
        assert!(before.trim_start().starts_with(['C', 'S', 'N', 'p']), "{line}");
        // What is left of `<br/>` and of escapes such as `#59;` is nothing that means something.
        let plain = said.replace("<br/>", "");
        let mut pieces = plain.split('#');
        let mut rest = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (number, after) = piece.split_once(';').unwrap_or_else(|| panic!("{line}"));
            number.parse::<u32>().unwrap_or_else(|error| panic!("{line}: {error}"));
            rest += after;
        }
        assert!(!rest.contains([';', '<', '>', '&', '"', '%', ':', '\u{1b}']), "{line}");
    }
    let drawn = mermaid::diagram(&first(&[server(), client()]));
    for line in [
        "    Note over S: listen",
        "    Note over C,S: 50 ms",
        "    C-->>S: connect 127.0.0.1#58;3000<br/>SYN",
        "    S-->>C: SYN, ACK",
        "    C->>S: write 40 B<br/>GET /v1/books/1",
        "    Note over S: read 24 B",
    ] {
        assert!(drawn.lines().any(|drawn| drawn == line), "{line}\n{drawn}");
    }
}

#[test]
fn a_picture_holds_text_and_no_markup_of_others() {
    let drawn = svg::picture(&[evil()]);
    // Every tag is one of ours.
    for tag in drawn.split('<').skip(1) {
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '/').collect();
        let ours = ["svg", "title", "style", "rect", "g", "line", "path", "circle", "text", "tspan"];
        assert!(ours.contains(&name.trim_matches('/')), "<{tag}");
    }
    for entity in drawn.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "&{entity}");
    }
    assert!(!drawn.contains('\u{1b}'), "{drawn}");
    assert!(drawn.contains("/a;b#c&lt;br&gt;&amp;&quot;end&quot;%%{x}"), "{drawn}");
    let opened =
        |tag: &str| drawn.matches(&format!("<{tag}")).count() == drawn.matches(&format!("</{tag}>")).count();
    assert!(["svg", "g", "text", "tspan", "style"].into_iter().all(opened), "{drawn}");
}

#[test]
fn a_picture_shows_the_calls_the_bytes_and_what_the_kernels_do() {
    let drawn = svg::picture(&[first(&[server(), client()])]);
    for word in [">connect 127.0.0.1:3000<", ">SYN, ACK<", ">FIN<", ">50 ms<", ">40 B<", ">shop-client #1<"] {
        assert!(drawn.contains(word), "{word}: {drawn}");
    }
    assert!(drawn.contains("</tspan>  GET /v1/books/1<"), "{drawn}");
    assert!(!drawn.contains("not recorded") && !drawn.contains("<script"), "{drawn}");
    let drawn = svg::picture(&[first(&[client()])]);
    assert!(drawn.contains("the server was not recorded: what is drawn of it follows from"), "{drawn}");
}
