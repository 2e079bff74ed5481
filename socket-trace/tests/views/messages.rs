//! Snapshot of the wording of all error messages and warnings. The messages of other operating systems
//! differ, so it is checked on Linux only.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::process::Command;

use crate::files::{Files, client_trace, server_trace};

/// Runs `socket-trace` in the directory of the files, and returns its standard error.
fn messages(files: &Files, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
    command.args(arguments).current_dir(files.directory()).env("NO_COLOR", "1");
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

#[test]
fn command_messages_match_the_snapshot() {
    let files = Files::new("messages");
    let (server, client) = (server_trace(), client_trace());
    files.write("server.jsonl", server);
    files.write("client.jsonl", client);
    files.write("empty.jsonl", "");
    files.write("hello.jsonl", "hello\n");
    files.write("binary.jsonl", "\u{0}\u{1}\n");
    files.write("cut.pcapng", "\n\r\r\n\x1c");
    files.write(
        "joined.strace",
        "1.000001 close(3) = 0\n1.000002 +++ exited with 0 +++\n1.000001 close(3) = 0\n",
    );
    files.write("cut.jsonl", server.rsplit_once("{\"end\"").unwrap().0);
    files.write("torn.jsonl", &server[..server.len() - 20]);
    files.write("miscounted.jsonl", &server.replace("\"events\":8", "\"events\":9"));
    files.write("mixed.jsonl", &format!("{server}{}\n", server.lines().nth(1).unwrap()));
    let socket = "7 1796064801.000001 socket(AF_INET, SOCK_STREAM, 0) = 3\n";
    files.write("timeless.strace", "socket(AF_INET, SOCK_STREAM, 0) = 3\n");
    files.write("mixed.strace", &format!("{socket}hello\n"));
    files.write("ring.strace", &format!("{socket}7 1796064801.000002 io_uring_setup(64, {{flags=0}}) = 4\n"));
    let mut all = String::new();
    for line in [
        "show missing.jsonl",
        "show empty.jsonl",
        "show hello.jsonl",
        "show binary.jsonl",
        "show cut.jsonl",
        "show torn.jsonl",
        "show miscounted.jsonl",
        "show mixed.jsonl",
        "show --follow -",
        "show server.jsonl --op gap",
        "show server.jsonl --step none",
        "show server.jsonl --since=-1",
        "show server.jsonl --until soon",
        "show --bytes client.jsonl",
        "sequence server.jsonl --sock 1",
        "sequence server.jsonl --step none",
        "sequence server.jsonl -o missing/a.svg",
        "layers server.jsonl --call 1",
        "layers client.jsonl",
        "compare server.jsonl --assert same-primitives",
        "compare server.jsonl --max-first-byte soon",
        "compare cut.jsonl missing.jsonl",
        "export server.jsonl -o x",
        "export server.jsonl client.jsonl -o x.sqlog",
        "export server.jsonl --to csv -o server.jsonl",
        "export client.jsonl -o client.pcapng",
        "import missing.strace",
        "import hello.jsonl -o x.jsonl",
        "import cut.pcapng -o x.jsonl",
        "import joined.strace -o x.jsonl",
        "import timeless.strace -o x.jsonl",
        "import mixed.strace -o x.jsonl",
        "import ring.strace -o x.jsonl",
        "import mixed.strace -o mixed.strace",
        "import mixed.strace ring.strace",
        "report - -o page.html",
        "verify server.jsonl --strace missing.log",
        "sockets --pid 4294967295",
        "sockets --trace empty.jsonl",
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        write!(all, "$ socket-trace {line}\n{}\n", messages(&files, &arguments)).unwrap();
    }
    insta::assert_snapshot!(all);
}
