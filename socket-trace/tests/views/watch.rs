//! The live view, on a pseudo-terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::files::{Files, command, run, server_trace, wire_trace};

/// Switches to the alternate screen of a terminal, and back.
const ALTERNATE_SCREEN: [&str; 2] = ["\x1b[?1049h", "\x1b[?1049l"];

/// A running `socket-trace watch`, and its terminal of 100 columns and 20 lines.
struct Watching {
    child: Child,
    terminal: File,
    output: String,
}

impl Watching {
    fn start(path: &str) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        tcsetwinsize(&terminal, Winsize { ws_row: 20, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let open = || OpenOptions::new().read(true).write(true).open(&name).unwrap();
        let mut watch = command();
        watch.args(["watch", path]).env("TERM", "xterm").stdin(open()).stdout(open()).stderr(open());
        let child = watch.spawn().unwrap();
        Self { child, terminal: File::from(terminal), output: String::new() }
    }

    /// Reads the next output. Returns `false` at its end.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4_096];
        // The terminal reports an error once no program has it open.
        let length = self.terminal.read(&mut buffer).unwrap_or(0);
        self.output += &String::from_utf8_lossy(&buffer[..length]);
        length > 0
    }

    fn wait_for(&mut self, text: &str) {
        while !self.output.contains(text) {
            assert!(self.read(), "{:?}", self.output);
        }
    }

    /// Waits until the command ends. Returns its output.
    fn end(mut self) -> (String, ExitStatus) {
        while self.read() {}
        (self.output, self.child.wait().unwrap())
    }
}

/// Asserts that the terminal is as it was before.
fn assert_restored(output: &str) {
    let [enter, leave] = ALTERNATE_SCREEN.map(|switch| output.rfind(switch));
    assert!(enter.is_some() && enter < leave, "{output:?}");
}

#[test]
fn watched_recording_is_shown_as_it_grows_until_q_is_pressed() {
    let files = Files::new("watch-grows");
    let lines: Vec<&str> = server_trace().split_inclusive('\n').collect();
    let path = files.write("grows.jsonl", &lines[..2].concat());
    let mut watching = Watching::start(&path);
    watching.wait_for("shop-server");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(lines[2..].concat().as_bytes()).unwrap();
    watching.wait_for("GET");
    watching.wait_for("204");
    watching.terminal.write_all(b"q").unwrap();
    let (output, status) = watching.end();
    assert!(status.success(), "{output:?}");
    assert_restored(&output);
}

#[test]
fn signal_restores_the_terminal() {
    let files = Files::new("watch-signal");
    let path = files.write("shop.jsonl", server_trace());
    let mut watching = Watching::start(&path);
    watching.wait_for("GET");
    kill_process(Pid::from_child(&watching.child), Signal::TERM).unwrap();
    let (output, status) = watching.end();
    assert!(status.success(), "{output:?}");
    assert_restored(&output);
}

#[test]
fn recording_of_packets_alone_is_an_error() {
    let files = Files::new("watch-packets");
    let path = files.write("wire.jsonl", wire_trace());
    let mut watching = Watching::start(&path);
    // A view would end with success.
    watching.terminal.write_all(b"q").unwrap();
    let (output, status) = watching.end();
    assert_eq!(status.code(), Some(2), "{output:?}");
    assert!(output.contains("no socket calls") && !output.contains(ALTERNATE_SCREEN[0]), "{output:?}");
}

#[test]
fn output_without_a_terminal_is_an_error() {
    let files = Files::new("watch-pipe");
    let ran = run(&["watch", &files.write("shop.jsonl", server_trace())]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
}
