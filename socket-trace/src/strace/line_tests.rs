use super::*;

fn parse(line: &str) -> Line<'_> {
    Line::parse(line.as_bytes()).unwrap()
}

#[test]
fn times_of_all_formats_are_parsed() {
    let cases = [
        ("1234 1795384260.010622 close(4) = 0", 1234, Stamp::Realtime(1_795_384_260_010_622_000)),
        ("1795384260.010622123 close(4) = 0", 0, Stamp::Realtime(1_795_384_260_010_622_123)),
        (
            "1234  1795384260.010622 (+     0.000012) close(4) = 0",
            1234,
            Stamp::Realtime(1_795_384_260_010_622_000),
        ),
        ("     0.000123 close(4)         = 0", 0, Stamp::Relative(123_000)),
        ("[pid  1234] 01:00:01.5 close(4) = 0", 1234, Stamp::OfDay(3_601_500_000_000)),
        ("1234 15:04:05 [   3] [00007f106c7b] close(4) = 0", 1234, Stamp::OfDay(54_245_000_000_000)),
        ("close(4) = 0", 0, Stamp::None),
    ];
    for (text, tid, stamp) in cases {
        let line = parse(text);
        assert_eq!((line.tid, line.stamp), (tid, stamp), "{text}");
        assert!(matches!(line.content, Content::Call(Call { name: "close", .. })), "{text}");
    }
}

#[test]
fn results_of_all_kinds_are_parsed() {
    let cases = [
        ("= 0", Outcome::Value(0, "0"), None),
        ("      = 4<TCP:[127.0.0.1:1]> <0.000012>", Outcome::Value(4, "4<TCP:[127.0.0.1:1]>"), Some(12_000)),
        ("= -1 EAGAIN (Resource temporarily unavailable)", Outcome::Error("EAGAIN"), None),
        (
            "= ? ERESTARTSYS (To be restarted if SA_RESTART is set) <604.537174461>",
            Outcome::None,
            Some(604_537_174_461),
        ),
        (
            "= 0x8001 (flags O_WRONLY|O_LARGEFILE)",
            Outcome::Value(0x8001, "0x8001 (flags O_WRONLY|O_LARGEFILE)"),
            None,
        ),
        ("= ?", Outcome::None, None),
    ];
    for (text, outcome, duration) in cases {
        let line = format!("1 1795384260.010622 fcntl(4, 1) {text}");
        let Content::Call(call) = parse(&line).content else { panic!("{text}") };
        assert_eq!((call.outcome, call.duration), (outcome, duration), "{text}");
    }
}

#[test]
fn unfinished_and_resumed_calls_are_recognized() {
    let unfinished = parse("7 1795384260.010622 read(5<TCP:[1.2.3.4:5]>,  <unfinished ...>").content;
    assert!(matches!(unfinished, Content::Unfinished { name: "read", arguments: "5<TCP:[1.2.3.4:5]>,  " }));
    let resumed = parse("7 1795384260.010622 <... read resumed>\"a\", 9) = 1").content;
    assert!(matches!(resumed, Content::Resumed { name: "read", rest: "\"a\", 9) = 1" }));
    let superseded = parse("7 1795384260.010622 +++ superseded by execve in pid 9 +++").content;
    assert!(matches!(superseded, Content::Superseded(9)));
}

#[test]
fn messages_and_other_calls_are_irrelevant() {
    let lines = [
        "7 1795384260.010622 futex(0x1, FUTEX_WAIT) = 0",
        "7 1795384260.010622 <... futex resumed>) = 0",
        "7 1795384260.010622 --- SIGTERM {si_signo=SIGTERM} ---",
        "strace: Process 13436 attached",
        " | 00000  48 45 4c 4c 4f  HELLO |",
        " > /usr/lib/libc.so.6(read+0x10) [0x1]",
        "",
    ];
    for line in lines {
        assert!(matches!(parse(line).content, Content::Irrelevant), "{line}");
    }
}

#[test]
fn other_text_is_refused() {
    for line in [
        "listening on port 80",
        "7 1795384260.010622 read(5, \"cut",
        "{\"socket_tap\":1}",
        "read(5) = x",
        "é(",
    ] {
        assert!(Line::parse(line.as_bytes()).is_none(), "{line}");
    }
}

#[test]
fn time_of_day_is_less_than_a_day() {
    assert!(Line::parse(b"23:59:59.5 close(3) = 0").is_some());
    assert!(Line::parse(b"24:00:00.0 close(3) = 0").is_none());
    assert!(Line::parse(b"5124095:30:01.0 close(3) = 0").is_none());
}
