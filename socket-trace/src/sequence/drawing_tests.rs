use socket_tap::format::Side;
use unicode_width::UnicodeWidthStr as _;

use super::tests::first;
use super::*;
use crate::timeline::fixture::{client, client_stamped_on_return, header, server, transfer, wire};

/// Asserts that no line is longer than `width` columns.
fn assert_fits(drawn: &str, width: usize) {
    for line in drawn.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
    }
}

#[test]
fn diagram_fits_the_terminal() {
    let sequence = first(&[server(), client()]);
    for width in [80, 120, 160] {
        let drawn = text::diagram(&sequence, width);
        assert_fits(&drawn, width);
        insta::assert_snapshot!(format!("diagram_of_{width}_columns"), drawn);
    }
}

#[test]
fn packets_replace_implied_segments() {
    let sequence = first(&[server(), client(), wire()]);
    for width in [80, 120, 160] {
        let drawn = text::diagram(&sequence, width);
        assert_fits(&drawn, width);
        insta::assert_snapshot!(format!("packets_of_{width}_columns"), drawn);
    }
}

#[test]
fn long_texts_of_narrow_diagrams_are_truncated() {
    let mut sequence = hostile();
    sequence.server = Some("server ".repeat(20));
    for width in [40, 60, 80] {
        assert_fits(&text::diagram(&sequence, width), width);
    }
}

#[test]
fn packets_alone_are_drawn_between_their_addresses() {
    let sequence = first(&[wire()]);
    assert_eq!(sequence.client.as_deref(), Some("127.0.0.1:51234"));
    assert_eq!((sequence.title.as_str(), sequence.packets.len()), ("shop", 12));
    let drawn = text::diagram(&sequence, 120);
    assert!(drawn.contains("── 1 SYN seq 0 mss 1460, in 0.005 ms ─"), "{drawn}");
}

#[test]
fn retransmission_names_the_packet_that_it_repeats() {
    let packets = first(&[server(), client(), wire()]).packets;
    let repetitions: Vec<_> = packets.iter().filter(|packet| packet.is_repetition).collect();
    let [repetition] = repetitions[..] else { panic!("{repetitions:?}") };
    assert_eq!((repetition.number, repetition.repeats), (5, Some(4)));
    assert!(packets[3].is_dropped && packets[3].arrived.is_none());
    assert_eq!(packets.iter().filter(|packet| packet.is_dropped).count(), 1);
}

#[test]
fn mermaid_draws_packets_and_crosses_of_dropped_packets() {
    let drawn = mermaid::diagram(&first(&[server(), client(), wire()]));
    for line in [
        "    Note over C: connect 127.0.0.1#58;3000",
        "    C-->>S: 1 SYN seq 0 mss 1460, in 0.005 ms",
        "    Note over C: write 40 B<br/>GET /v1/books/1",
        "    C-xS: 4 PSH ACK seq 1 ack 1 40 B, dropped#58; loss",
        "    C->>S: 5 (repeats 4) PSH ACK seq 1 ack 1 40 B, in 0.005 ms",
    ] {
        assert!(drawn.lines().any(|drawn| drawn == line), "{line}\n{drawn}");
    }
}

#[test]
fn svg_arrows_of_packets_end_where_they_arrive() {
    let drawn = svg::picture(&[first(&[server(), client(), wire()])]);
    let arrows = |class: &str| drawn.matches(&format!("<line class=\"arrow {class}")).count();
    // The arrow of the dropped packet is a line and a cross.
    assert_eq!(
        (arrows("lost"), arrows("again"), arrows("client"), arrows("server")),
        (3, 1, 0, 1),
        "{drawn}"
    );
    assert_eq!(arrows("kernel dashed"), 9, "{drawn}");
    for word in
        [">5 (repeats 4) PSH ACK seq 1 ack 1 40 B<", ">connect 127.0.0.1:3000<", "with a cross: dropped"]
    {
        assert!(drawn.contains(word), "{word}: {drawn}");
    }
    let y = |line: &str, name: &str| -> f64 {
        let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    for line in drawn.lines().filter(|line| line.starts_with("<line class=\"arrow kernel")) {
        assert!(y(line, "y2") > y(line, "y1"), "{line}");
    }
}

/// Returns the first word of each drawn line, if it is a time.
fn times(drawn: &str) -> Vec<f64> {
    drawn.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

#[test]
fn times_in_a_diagram_never_decrease() {
    for client in [client(), client_stamped_on_return()] {
        let sequence = first(&[server(), client]);
        let shown = times(&text::diagram(&sequence, 94));
        assert!(shown.len() == 15 && shown.is_sorted(), "{shown:?}");
        let picture = svg::picture(&[sequence]);
        let in_picture = picture.split(['<', '>']).filter_map(|text| text.parse().ok()).collect::<Vec<f64>>();
        assert_eq!(in_picture, shown);
    }
}

#[test]
fn connect_without_start_time_is_drawn_at_accept() {
    let drawn = text::diagram(&first(&[server(), client_stamped_on_return()]), 94);
    for line in
        ["  0.050110  connect", "  0.050110                  ", "  0.050140  write 40 B", "  0.050140     "]
    {
        assert!(drawn.lines().any(|drawn| drawn.starts_with(line)), "{line}\n{drawn}");
    }
}

#[test]
fn causes_are_drawn_above_their_effects() {
    let drawn = text::diagram(&first(&[server(), client()]), 94);
    let row = |text: &str| drawn.lines().position(|line| line.contains(text)).unwrap();
    for (cause, effect) in [
        ("connect ", "accept "),
        ("write 40 B", "read 24 B"),
        ("write 78 B", "read 78 B"),
        ("close  ", "read 0 B (FIN)"),
    ] {
        assert!(row(cause) < row(effect), "{cause} {effect}\n{drawn}");
    }
    let mermaid = mermaid::diagram(&first(&[server(), client()]));
    assert!(mermaid.find("connect") < mermaid.find("accept"), "{mermaid}");
}

#[test]
fn unrecorded_side_is_inferred_from_the_recorded_side() {
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
fn text_places_diagrams_side_by_side() {
    let both = first(&[server(), client()]).calls;
    let one_sided = first(&[server()]).calls;
    let sequences = [("A".to_owned(), both.clone()), ("B".to_owned(), one_sided), ("C".to_owned(), both)];
    for width in [80, 120] {
        let drawn = lanes(&sequences, width);
        assert_fits(&drawn, width);
        insta::assert_snapshot!(format!("lanes_of_{width}_columns"), drawn);
    }
    assert_eq!(lanes(&sequences, 160), lanes(&sequences, 120));
}

/// Returns a connection whose data and label contain markup and control characters.
fn hostile() -> Sequence {
    let target = "/a;b#c<br>&\"end\"%%{x}-->>:é";
    let request = format!("GET {target} HTTP/1.1\r\n\r\n");
    let lines = [
        header("<i>a;b", Side::Server, 0, 640),
        r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"<b>;\u001b[2J\n#"}"#
            .to_owned(),
        transfer(2, 2, "read", request.as_bytes()),
    ];
    let sequence = first(&[lines.to_vec()]);
    assert!(sequence.calls[1].carried.contains("<br>"), "{sequence:?}");
    sequence
}

#[test]
fn mermaid_text_is_escaped() {
    let drawn = mermaid::diagram(&hostile());
    assert!(drawn.starts_with("sequenceDiagram\n    participant C as "), "{drawn}");
    for line in drawn.lines().skip(1) {
        let (before, label) = line.split_once(" as ").or_else(|| line.split_once(": ")).unwrap();
        assert!(before.trim_start().starts_with(['C', 'S', 'N', 'p']), "{line}");
        // Without `<br/>` and escapes such as `#59;`, no character with a meaning in Mermaid is left.
        let plain = label.replace("<br/>", "");
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
fn svg_text_is_escaped() {
    let drawn = svg::picture(&[hostile()]);
    // Every tag is one that the picture itself uses.
    for tag in drawn.split('<').skip(1) {
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '/').collect();
        let known = ["svg", "title", "style", "rect", "g", "line", "path", "circle", "text", "tspan"];
        assert!(known.contains(&name.trim_matches('/')), "<{tag}");
    }
    for entity in drawn.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "&{entity}");
    }
    assert!(!drawn.contains('\u{1b}'), "{drawn}");
    assert!(drawn.contains("/a;b#c&lt;br&gt;&amp;&quot;end&quot;%%{x}"), "{drawn}");
    let is_balanced =
        |tag: &str| drawn.matches(&format!("<{tag}")).count() == drawn.matches(&format!("</{tag}>")).count();
    assert!(["svg", "g", "text", "tspan", "style"].into_iter().all(is_balanced), "{drawn}");
}

#[test]
fn svg_shows_calls_bytes_and_kernel_segments() {
    let drawn = svg::picture(&[first(&[server(), client()])]);
    for word in [">connect 127.0.0.1:3000<", ">SYN, ACK<", ">FIN<", ">50 ms<", ">40 B<", ">shop-client #1<"] {
        assert!(drawn.contains(word), "{word}: {drawn}");
    }
    assert!(drawn.contains("</tspan>  GET /v1/books/1<"), "{drawn}");
    assert!(!drawn.contains("not recorded") && !drawn.contains("<script"), "{drawn}");
    let drawn = svg::picture(&[first(&[client()])]);
    assert!(drawn.contains("the server was not recorded"), "{drawn}");
}
