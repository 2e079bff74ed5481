//! Parses the output of strace into a list of socket calls, so that a test can compare the lists of two runs.

use std::collections::HashMap;
use std::path::Path;

/// Returns the socket calls of the thread that created sockets. strace writes one file per thread to
/// `directory`.
pub(crate) fn calls(directory: &Path) -> Vec<String> {
    let logs = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let mut calls =
        logs.map(|log| parse(&std::fs::read_to_string(log).unwrap())).filter(|calls| !calls.is_empty());
    let only = calls.next().expect("a thread that made sockets");
    assert_eq!(calls.next(), None, "one thread makes all sockets");
    only
}

fn parse(log: &str) -> Vec<String> {
    let (mut sockets, mut made, mut calls) = (HashMap::new(), 0, Vec::new());
    for line in log.lines() {
        // `accept4(9, {sa_family=AF_INET, ...}, [16], SOCK_CLOEXEC) = 11`
        let Some((call, result)) = line.rsplit_once(" = ") else { continue };
        let Some((name, arguments)) = call.split_once('(') else { continue };
        let mut arguments: Vec<&str> = arguments.trim_end().trim_end_matches(')').split(", ").collect();
        let result = result.split(' ').take(2).collect::<Vec<_>>().join(" ");
        if name == "socket" {
            calls.push(format!("socket {}", arguments.join(" ")));
        } else {
            // The address in `data` varies: epoll_ctl(4, EPOLL_CTL_ADD, 9, {events=..., data=...})
            let fd = if name == "epoll_ctl" { arguments[2] } else { arguments[0] };
            let Some(socket) = sockets.get(fd).copied() else { continue };
            if name == "epoll_ctl" {
                arguments = vec!["", arguments[1]];
            }
            calls.push(say(name, &arguments, &result, socket));
        }
        match name {
            "socket" | "accept4" if !result.starts_with('-') => {
                made += 1;
                sockets.insert(result.clone(), made);
            }
            "close" => _ = sockets.remove(arguments[0]),
            _ => {}
        }
    }
    // In a debug build, tokio checks that a socket is in non-blocking mode.
    calls.retain(|call| !call.starts_with("fcntl F_GETFL"));
    calls
}

/// Formats a call without the values that differ between runs: ports, file descriptors and the kernel's
/// statistics.
fn say(name: &str, arguments: &[&str], result: &str, socket: i32) -> String {
    let arguments = &arguments[1..];
    let result = if name == "accept4" && !result.starts_with('-') { "a socket" } else { result };
    match name {
        "getsockopt" => format!("getsockopt {} s{socket} = {result}", arguments[1]),
        "ioctl" => format!("ioctl {} s{socket}", arguments[0]),
        "getsockname" | "getpeername" => format!("{name} s{socket}"),
        "setsockopt" => format!("setsockopt {} s{socket} = {result}", arguments[1..].join(" ")),
        "fcntl" => format!("fcntl {} s{socket}", arguments.join(" ")),
        _ => format!(
            "{name} s{socket} {} = {result}",
            arguments.iter().map(|part| stable(part)).collect::<Vec<_>>().join(" ")
        ),
    }
}

fn stable(argument: &str) -> String {
    match argument.split_once("htons(") {
        Some((before, _)) => format!("{before}htons(..)"),
        None => argument.to_owned(),
    }
}
