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
fn rows_are_formatted_as_text() {
    insta::assert_snapshot!(rows(&unmarked(&shop()), false));
}

#[test]
fn changes_are_marked_and_coloured() {
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
fn legend_is_formatted_as_text() {
    let legend = legend(&unmarked(&shop()));
    insta::assert_snapshot!(legend);
    assert!(legend.lines().all(|line| line.chars().count() <= 100), "{legend}");
    assert_eq!(super::legend(&[]), "");
}

#[test]
fn legend_explains_hidden_processes_once() {
    let mut hidden = row("[::]:22", "[::]:0", Some(State::Listen));
    hidden.owned = true;
    let marked = unmarked(&[hidden.clone(), hidden]);
    assert_eq!(legend(&marked).matches("\n  -  ").count(), 1);
    assert!(legend(&marked).contains("  [::]         every interface"), "{}", legend(&marked));
    assert!(
        rows(&marked, false).contains("  tcp6        0       ?  [::]:22        [::]:*           LISTEN  -\n")
    );
}

#[test]
fn legend_explains_full_queues() {
    let note = |waiting: u32| {
        let mut row = row("127.0.0.1:3000", "0.0.0.0:0", Some(State::Listen));
        (row.recv_queue, row.backlog) = (waiting, Some(4));
        legend(&unmarked(&[row])).replace("\n               ", " ").lines().next().unwrap().to_owned()
    };
    insta::assert_snapshot!(note(4), @"! 127.0.0.1:3000  4 connections await accept; the backlog is 4");
    insta::assert_snapshot!(
        note(5),
        @"! 127.0.0.1:3000  5 connections await accept: the queue is full, and new connections get no response"
    );
    assert!(note(0).starts_with("  LISTEN"), "{}", note(0));
}

#[test]
fn control_characters_of_names_are_not_printed() {
    let mut rows_of = shop();
    rows_of[0].process = Some(Process { pid: 1, name: "\x1b[2J".to_owned() });
    assert!(!rows(&unmarked(&rows_of), false).contains('\x1b'));
}
