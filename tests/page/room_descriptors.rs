//! Tests of the descriptors that a workshop with a room uses.

use std::process::Command;
use std::time::{Duration, Instant};

use super::room::call;
use crate::support::browser::get;
use crate::support::process::command;
use crate::support::tour::PORTS;
use crate::support::workshop::Workshop;

/// Starts a workshop with a room in which `limit`, a line for the shell, limits the descriptors.
fn start_limited(limit: &str) -> Workshop {
    let arguments = [&PORTS[..], &["--room"]].concat();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}; exec \"$@\""), "sh"]).arg(command("workshop"));
    Workshop::spawn(&mut shell, &arguments).discarding_output()
}

#[test]
fn idle_connections_of_another_machine_do_not_lock_the_presenter_out() {
    let workshop = start_limited("ulimit -n 512");
    let (page, rest) = (workshop.page(), workshop.rest());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let idle: Vec<_> = [page.address, rest]
        .repeat(600)
        .into_iter()
        .map(|server| {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            runtime.block_on(socket.connect(server))
        })
        .collect();
    let began = Instant::now();
    assert_eq!(get(page, "/api/traces/rest-server.jsonl").status, 200);
    call(rest, "presenter", 1);
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(idle.iter().filter(|connection| connection.is_ok()).count() > 1000);
}

#[test]
fn workshop_raises_its_limit_of_descriptors() {
    let workshop = start_limited("ulimit -Sn 400; ulimit -Hn 1500");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", workshop.pid())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert!(line.split_whitespace().filter(|word| *word == "1500").count() == 2, "{line}");
}
