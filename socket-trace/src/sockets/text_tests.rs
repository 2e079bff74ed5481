use super::super::changes::unmarked;
use super::super::row::{Process, Proto};
use super::*;

fn row(local: &str, foreign: &str, state: Option<State>) -> Row {
    Row {
        proto: if local.starts_with('[') { Proto::Tcp6 } else { Proto::Tcp },
        recv_queue: 0,
        send_queue: 0,
        backlog: None,
        local: local.parse().unwrap(),
        foreign: foreign.parse().unwrap(),
        state,
        process: None,
        owned: false,
    }
}

fn shop() -> Vec<Row> {
    let process = Some(Process { pid: 4242, name: "shop".to_owned() });
    let mut listening = row("0.0.0.0:3000", "0.0.0.0:0", Some(State::Listen));
    (listening.backlog, listening.process, listening.owned) = (Some(1024), process.clone(), true);
    let mut open = row("127.0.0.1:3000", "127.0.0.1:51234", Some(State::Established));
    (open.recv_queue, open.process, open.owned) = (85, process, true);
    vec![listening, open, row("127.0.0.1:51230", "127.0.0.1:3000", Some(State::TimeWait))]
}

#[test]
fn a_table_reads_like_netstats() {
    let expected = "  Proto  Recv-Q  Send-Q  Local Address    Foreign Address  State        PID/Program
  tcp         0    1024  0.0.0.0:3000     0.0.0.0:*        LISTEN       4242/shop
  tcp        85       0  127.0.0.1:3000   127.0.0.1:51234  ESTABLISHED  4242/shop
  tcp         0       0  127.0.0.1:51230  127.0.0.1:3000   TIME_WAIT    -
";
    assert_eq!(rows(&unmarked(&shop()), false), expected);
}

#[test]
fn what_changed_is_marked_and_coloured_on_a_terminal() {
    let mut marked = unmarked(&shop());
    marked[1].change = Change::New;
    marked[2].change = Change::Gone;
    let plain = rows(&marked, false);
    assert!(plain.contains("\n+ tcp        85") && plain.contains("\n- tcp         0"), "{plain}");
    let coloured = rows(&marked, true);
    assert!(coloured.contains("\x1b[32m+ tcp        85"), "{coloured}");
    assert!(coloured.contains("\x1b[31m- tcp         0") && coloured.ends_with("\x1b[0m\n"), "{coloured}");
}

#[test]
fn the_legend_explains_what_is_shown_and_nothing_else() {
    let legend = legend(&unmarked(&shop()));
    for (shown, says) in [
        ("  LISTEN       takes connections", true),
        ("  ESTABLISHED  open on both sides", true),
        ("  TIME_WAIT    over. The side that closed first", true),
        ("  0.0.0.0      every interface", true),
        ("CLOSE_WAIT", false),
        ("[::]", false),
        ("  -  ", false),
        ("! ", false),
    ] {
        assert_eq!(legend.contains(shown), says, "{shown}:\n{legend}");
    }
    assert!(legend.lines().all(|line| line.chars().count() <= 100), "{legend}");
    assert_eq!(super::legend(&[]), "");
}

#[test]
fn a_process_that_may_not_be_seen_is_said_once() {
    let mut hidden = row("[::]:22", "[::]:0", Some(State::Listen));
    hidden.owned = true;
    let marked = unmarked(&[hidden.clone(), hidden]);
    assert_eq!(legend(&marked).matches("cannot be seen").count(), 1);
    assert!(legend(&marked).contains("  [::]         every interface"), "{}", legend(&marked));
    assert!(
        rows(&marked, false).contains("  tcp6        0       ?  [::]:22        [::]:*           LISTEN  -\n")
    );
}

#[test]
fn a_full_queue_deserves_a_look() {
    let told = |waiting: u32| {
        let mut row = row("127.0.0.1:3000", "0.0.0.0:0", Some(State::Listen));
        (row.recv_queue, row.backlog) = (waiting, Some(4));
        legend(&unmarked(&[row])).replace("\n               ", " ").lines().next().unwrap().to_owned()
    };
    assert_eq!(told(4), "! 127.0.0.1:3000  4 connections wait to be accepted, of 4 that may");
    assert!(told(5).ends_with("the queue is full, and new connections are not answered"), "{}", told(5));
    assert!(told(0).starts_with("  LISTEN"), "{}", told(0));
}

#[test]
fn a_name_steers_no_terminal() {
    let mut rows_of = shop();
    rows_of[0].process = Some(Process { pid: 1, name: "\x1b[2J".to_owned() });
    assert!(!rows(&unmarked(&rows_of), false).contains('\x1b'));
}
