use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Stdio};

use crate::files::{Files, command, run, server_trace};

/// A running `socket-trace show --follow`, and its output.
struct Following {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Following {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command()
            .args(["show", "--follow"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Waits for the next line of standard output, and returns it.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    /// Waits until the command ends. Returns the remaining standard output, standard error, and `true` if the
    /// command succeeded.
    fn end(mut self) -> (String, String, bool) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (out, err, self.child.wait().unwrap().success())
    }
}

fn append(path: &str, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn followed_recording_is_shown_as_it_grows() {
    let files = Files::new("follow");
    let lines: Vec<&str> = server_trace().split_inclusive('\n').collect();
    // The file exists, but is empty.
    let path = files.write("grows.jsonl", "");
    let mut following = Following::start(&[&path]);
    append(&path, lines[0]);
    assert!(following.line().starts_with("shop server, recorded by shop 1.0"));
    append(&path, lines[1]);
    assert!(following.line().contains("socket    tcp ipv4"));
    // An incomplete line is shown once it is complete.
    let (begun, rest) = lines[2].split_at(20);
    append(&path, &[begun].concat());
    append(&path, &[rest, lines[3], lines[4]].concat());
    assert!(following.line().contains("bind      127.0.0.1:3000"));
    assert!(following.line().contains("listen"));
    assert!(following.line().contains("── get a book"));
    append(&path, &lines[5..].concat());
    let (out, err, succeeded) = following.end();
    assert_eq!((out.lines().count(), err.as_str(), succeeded), (4, "", true), "{out}");
    assert!(out.contains("read      18 B                  GET /\n"), "{out}");
}

#[test]
fn json_of_followed_recording_ends_at_time_limit() {
    let files = Files::new("follow-json");
    let (before, _) = server_trace().split_once("{\"t\":60000").unwrap();
    let path = files.write("grows.jsonl", before);
    let mut following =
        Following::start(&["--json", "--until", "0.00006", "--op", "read,write,close", &path]);
    let read: serde_json::Value = serde_json::from_str(&following.line()).unwrap();
    assert_eq!((&read["op"], &read["carried"][0]["text"]), (&"read".into(), &"GET /".into()));
    append(&path, "{\"t\":60000,\"sock\":2,\"op\":\"write\",\"bytes\":1}\n");
    let write: serde_json::Value = serde_json::from_str(&following.line()).unwrap();
    assert_eq!(write["op"], "write");
    // A later event ends the output, although the recording continues.
    append(&path, "{\"t\":60001,\"sock\":2,\"op\":\"shutdown\",\"how\":\"write\"}\n");
    let (out, _, succeeded) = following.end();
    assert_eq!((out.as_str(), succeeded), ("", true));
}

#[test]
fn invalid_files_are_not_followed() {
    assert_eq!(run(&["show", "--follow", "-"]).code, Some(2));
    assert_eq!(run(&["show", "--follow", "/nowhere.jsonl"]).code, Some(2));
    let files = Files::new("follow-no-trace");
    let path = files.write("no.jsonl", "no trace\n");
    assert_eq!(run(&["show", "--follow", &path]).code, Some(2));
}
