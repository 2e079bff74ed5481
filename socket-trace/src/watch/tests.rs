use std::net::SocketAddr;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;
use socket_tap::format::Side;

use super::draw::Theme;
use super::screen::{Reaction, View};
use super::*;
use crate::sockets::{Proto, Row, State};
use crate::story::Phase;
use crate::timeline::AnnotatedEvents;
use crate::timeline::fixture::{client, header, server, timeline, transfer, wire};

fn model(traces: &[Vec<String>]) -> Model {
    let mut events = AnnotatedEvents::new(timeline(traces));
    let mut model = Model::new(events.timeline().recordings());
    while let Some(annotated) = events.next_event().unwrap() {
        model.observe(&annotated, |socket, call| events.operation(socket, call).map(str::to_owned));
    }
    model
}

/// Returns a server's recording of several calls on one connection.
fn calls(count: u64) -> Vec<String> {
    let accept = r#"{"t":1,"sock":2,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:41000"}"#;
    let mut lines = vec![header("shop", Side::Server, 0, 64), accept.to_owned()];
    for call in 0..count {
        let request = format!("GET /{call} HTTP/1.1\r\n\r\n");
        let status = if call % 2 == 0 { "200 OK" } else { "404 Not Found" };
        let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let t = 10 + call * 2_000_000;
        lines.push(transfer(t, 2, "read", request.as_bytes()));
        lines.push(transfer(t + 1_000_000, 2, "write", response.as_bytes()));
    }
    lines
}

fn terminal(
    model: &Model,
    screen: &mut Screen,
    (width, height): (u16, u16),
    has_color: bool,
) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, model, screen, Theme { has_color })).unwrap();
    terminal
}

fn drawn(model: &Model, screen: &mut Screen, width: u16) -> String {
    terminal(model, screen, (width, 16), false).backend().to_string()
}

fn press(screen: &mut Screen, model: &Model, code: KeyCode) -> Reaction {
    screen.key(KeyEvent::new(code, KeyModifiers::NONE), model)
}

fn socket(local: &str, state: State) -> Row {
    Row {
        proto: Proto::Tcp,
        recv_queue: 0,
        send_queue: 0,
        backlog: Some(128),
        local: local.parse().unwrap(),
        foreign: SocketAddr::from(([127, 0, 0, 1], 41_000)),
        state: Some(state),
        process: None,
        owned: true,
    }
}

#[test]
fn calls_are_listed_with_their_status_and_bytes() {
    let model = model(&[calls(3)]);
    for width in [80, 120, 160] {
        insta::assert_snapshot!(
            format!("calls_of_{width}_columns"),
            drawn(&model, &mut Screen::default(), width)
        );
    }
}

#[test]
fn call_is_shown_in_phases_with_both_sides() {
    let model = model(&[server(), client()]);
    let mut screen = Screen::default();
    press(&mut screen, &model, KeyCode::Enter);
    for width in [80, 120, 160] {
        let drawn = terminal(&model, &mut screen, (width, 22), false).backend().to_string();
        insta::assert_snapshot!(format!("story_of_{width}_columns"), drawn);
    }
}

#[test]
fn call_of_both_ends_is_listed_once() {
    assert_eq!(model(&[server(), client()]).calls.len(), 1);
}

#[test]
fn sockets_are_marked_when_they_change() {
    let mut model = model(&[server()]);
    let [open, closing] = [State::Established, State::TimeWait].map(|state| socket("127.0.0.1:3000", state));
    model.set_sockets(Ok(vec![open]));
    model.set_sockets(Ok(vec![closing]));
    let mut screen = Screen::default();
    press(&mut screen, &model, KeyCode::Char('3'));
    let drawn = drawn(&model, &mut screen, 120);
    let row = drawn.lines().find(|line| line.contains("127.0.0.1:3000")).unwrap();
    assert!(row.contains("*tcp") || row.contains("* tcp"), "{drawn}");
    assert!(row.contains("TIME_WAIT"), "{drawn}");
}

#[test]
fn call_in_progress_has_no_status_yet() {
    let mut lines = calls(2);
    lines.pop();
    let model = model(&[lines]);
    let last = model.calls.iter().last().unwrap();
    assert_eq!((last.operation.as_str(), last.has_ended, &last.status), ("GET /1", false, &None));
}

#[test]
fn number_of_calls_is_bounded() {
    let model = model(&[calls(2_100)]);
    assert_eq!((model.calls.len(), model.calls.dropped()), (2_000, 100));
    assert_eq!(model.calls.iter().next().unwrap().id.number, 100);
    assert_eq!(model.calls.index(model.calls.iter().nth(7).unwrap().id), Some(7));
}

#[test]
fn dropped_call_stays_dropped_when_it_ends() {
    let mut lines = calls(2_100);
    let accept = r#"{"t":2,"sock":3,"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:41001"}"#;
    let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n1";
    let first = [
        accept.to_owned(),
        transfer(3, 3, "read", b"GET /long HTTP/1.1\r\n\r\n"),
        transfer(4, 3, "write", response),
    ];
    lines.splice(2..2, first);
    lines.push(transfer(9_000_000_000, 3, "write", b"2"));
    let model = model(&[lines]);
    assert!(model.calls.iter().all(|call| call.operation != "GET /long"), "{:?}", model.calls.iter().last());
    assert_eq!((model.calls.len(), model.calls.dropped()), (2_000, 101));
}

#[test]
fn latest_call_is_selected_until_another_is_chosen() {
    let (few, more) = (model(&[calls(3)]), model(&[calls(9)]));
    let mut screen = Screen::default();
    assert_eq!((screen.selected(&few), screen.selected(&more)), (Some(2), Some(8)));
    press(&mut screen, &few, KeyCode::Up);
    assert_eq!(
        (screen.selected(&few), screen.selected(&more), screen.is_following()),
        (Some(1), Some(1), false)
    );
    press(&mut screen, &more, KeyCode::End);
    assert!(screen.is_following());
}

#[test]
fn story_stays_with_its_call_when_others_follow() {
    let (few, more) = (model(&[calls(3)]), model(&[calls(9)]));
    let mut screen = Screen::default();
    press(&mut screen, &few, KeyCode::Enter);
    assert_eq!(screen.selected(&more), Some(2));
    press(&mut screen, &more, KeyCode::Right);
    assert_eq!((screen.selected(&more), screen.view), (Some(3), View::Story));
}

/// Types a text on the keyboard.
fn enter(screen: &mut Screen, model: &Model, text: &str) {
    for c in text.chars() {
        press(screen, model, KeyCode::Char(c));
    }
}

#[test]
fn packets_are_shown_between_the_socket_calls() {
    let model = model(&[server(), client(), wire()]);
    let mut screen = Screen::default();
    press(&mut screen, &model, KeyCode::Enter);
    for width in [80, 160] {
        let drawn = terminal(&model, &mut screen, (width, 30), false).backend().to_string();
        insta::assert_snapshot!(format!("packets_of_{width}_columns"), drawn);
    }
}

#[test]
fn story_begins_with_the_calls_before_the_connection() {
    let model = model(&[server(), client()]);
    let open = model.phases.of(model.calls.iter().next().unwrap().id, Phase::Open);
    let calls: Vec<(Side, &str)> = open.iter().map(|step| (step.side, step.text.as_str())).collect();
    let server = ["socket", "bind", "listen"].map(|call| (Side::Server, call));
    let connected = [(Side::Client, "socket"), (Side::Client, "connect"), (Side::Server, "accept")];
    assert_eq!(calls, [&server[..], &connected].concat());
}

#[test]
fn filter_selects_calls_while_it_is_typed() {
    let (model, mut screen) = (model(&[calls(9)]), Screen::default());
    enter(&mut screen, &model, "/is:error");
    assert_eq!(screen.shown(&model).len(), 4);
    press(&mut screen, &model, KeyCode::Enter);
    press(&mut screen, &model, KeyCode::Up);
    assert_eq!(screen.selected_call(&model).unwrap().operation, "GET /5");
    press(&mut screen, &model, KeyCode::Enter);
    press(&mut screen, &model, KeyCode::Left);
    assert_eq!(screen.selected_call(&model).unwrap().operation, "GET /3");
    press(&mut screen, &model, KeyCode::Esc);
    press(&mut screen, &model, KeyCode::Esc);
    assert_eq!(screen.shown(&model).len(), 9);
}

#[test]
fn letters_of_the_filter_are_no_commands() {
    let (model, mut screen) = (model(&[calls(1)]), Screen::default());
    enter(&mut screen, &model, "/q2");
    assert_eq!((screen.filter.text(), screen.view), ("q2", View::Calls));
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(screen.key(ctrl_c, &model), Reaction::Quit);
}

#[test]
fn error_of_the_filter_is_shown() {
    let (model, mut screen) = (model(&[calls(3)]), Screen::default());
    enter(&mut screen, &model, "/ms:fast");
    insta::assert_snapshot!(drawn(&model, &mut screen, 80));
}

/// Returns a server's recording of connections with one call each.
fn connections(count: u64) -> Vec<String> {
    let mut lines = vec![header("shop", Side::Server, 0, 64)];
    for number in 0..count {
        let (sock, t, port) = (number + 2, number * 1_000, 10_000 + number);
        lines.push(format!(
            r#"{{"t":{t},"sock":{sock},"op":"accept","on":1,"local":"127.0.0.1:80","peer":"127.0.0.1:{port}"}}"#
        ));
        lines.push(transfer(t + 1, sock, "read", b"GET / HTTP/1.1\r\n\r\n"));
        lines.push(transfer(t + 2, sock, "write", b"HTTP/1.1 204 No Content\r\n\r\n"));
    }
    lines
}

#[test]
fn dropped_connections_are_counted_on_the_screen() {
    let all = model(&[connections(512)]);
    assert!(!drawn(&all, &mut Screen::default(), 80).contains("no longer kept"));
    let model = model(&[connections(520)]);
    assert_eq!(model.phases.dropped(), 8);
    let mut screen = Screen::default();
    let list = drawn(&model, &mut screen, 80);
    assert!(list.contains("no longer kept: 8 connections"), "{list}");
    press(&mut screen, &model, KeyCode::Home);
    press(&mut screen, &model, KeyCode::Enter);
    let story = drawn(&model, &mut screen, 80);
    assert!(story.contains("no longer kept"), "{story}");
}

#[test]
fn connection_in_use_outlives_idle_ones() {
    let mut lines = connections(520);
    // The first connection is used again before there are too many.
    lines.insert(1_201, transfer(399_500, 2, "read", b"GET /again HTTP/1.1\r\n\r\n"));
    let model = model(&[lines]);
    assert_eq!(model.phases.dropped(), 8);
    assert_eq!([1, 2].map(|connection| model.phases.missing(connection, 0)), [Some(0), None]);
}

#[test]
fn story_counts_its_dropped_socket_calls() {
    let model = model(&[calls(300)]);
    let [first, last] = [0, 299].map(|number| model.calls.iter().nth(number).unwrap());
    assert_eq!(model.phases.missing(first.id.connection, first.began), Some(200));
    assert_eq!(model.phases.missing(last.id.connection, last.began), Some(0));
}

#[test]
fn q_and_ctrl_c_quit() {
    let (model, mut screen) = (model(&[calls(1)]), Screen::default());
    assert_eq!(press(&mut screen, &model, KeyCode::Char('q')), Reaction::Quit);
    assert_eq!(press(&mut screen, &model, KeyCode::Char('c')), Reaction::Continue);
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(screen.key(ctrl_c, &model), Reaction::Quit);
}

#[test]
fn screen_has_colours_only_if_wanted() {
    let (model, mut screen) = (model(&[calls(3)]), Screen::default());
    let mut colours = |has_color| {
        let terminal = terminal(&model, &mut screen, (80, 10), has_color);
        terminal
            .backend()
            .buffer()
            .content()
            .iter()
            .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert_eq!((colours(true), colours(false)), (true, false));
}

#[test]
fn every_view_fits_terminals_of_any_size() {
    for model in [model(&[server(), client(), wire()]), model(&[connections(600)]), Model::new(&[])] {
        for view in [View::Calls, View::Story, View::Sockets] {
            for size in [(1, 1), (10, 3), (20, 5), (40, 10), (200, 60)] {
                for filter in ["", "is:", "is:nothing", "api:http"] {
                    let filter = Filter::parse(filter);
                    let mut screen =
                        Screen { view, scroll: 1_000, filter, is_filtering: true, ..Screen::default() };
                    terminal(&model, &mut screen, size, true);
                }
            }
        }
    }
}
