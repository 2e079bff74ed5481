//! Snapshots of the error messages of sinks that write files.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;

use super::temp_directory::TempDirectory;
use super::{FlightRecorder, TraceFile};
use crate::tap::Tap;

/// Makes a rotation fail, and returns the error. `before` runs after the recording has started and before the
/// first rotation.
fn rotate(directory: &TempDirectory, before: impl FnOnce()) -> io::Error {
    let file = TraceFile::create(directory.join("shop.jsonl")).unwrap().rotate(1, 3);
    let tap = Tap::server("shop").sink(file).start().unwrap();
    before();
    (0..5).for_each(|_| tap.mark("step"));
    tap.finish_blocking().unwrap_err()
}

#[test]
fn file_error_messages_match_snapshot() {
    let directory = TempDirectory::new("messages");
    symlink("target", directory.join("link")).unwrap();
    fs::create_dir(directory.join("directory")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(directory.join("socket")).unwrap();
    let _tap =
        Tap::server("shop").program("shop 1.2").file(directory.join("locked")).unwrap().start().unwrap();
    let mut errors: Vec<io::Error> = ["link", "directory", "socket", "locked", "missing/file"]
        .map(|name| TraceFile::create(directory.join(name)).unwrap_err())
        .into();
    errors.push(FlightRecorder::new(1).dump(directory.join("early")).unwrap_err());
    errors.push(rotate(&directory, || fs::write(directory.join("shop.2.jsonl"), "notes").unwrap()));
    errors
        .push(rotate(&directory, || fs::rename(directory.join("shop.jsonl"), directory.join("x")).unwrap()));
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let text = messages.join("\n").replace(directory.path().to_str().unwrap(), "DIRECTORY");
    insta::assert_snapshot!(text.replace(&format!("pid {}", std::process::id()), "pid PID"), @r"
    cannot write the trace DIRECTORY/link: the path is a symbolic link; pass the path of its target
    cannot write the trace DIRECTORY/directory: the path is a directory; pass the path of a file
    cannot write the trace DIRECTORY/socket: the path is not a regular file; pass another path
    cannot write the trace DIRECTORY/locked: shop 1.2 (pid PID) is recording to this file; pass another path
    cannot write the trace DIRECTORY/missing/file: No such file or directory (os error 2)
    cannot write the trace DIRECTORY/early: the recording has not begun; start the tap first
    recording to DIRECTORY/shop.jsonl has stopped: cannot rotate DIRECTORY/shop.jsonl: DIRECTORY/shop.2.jsonl already exists and does not belong to a recording; move it to another folder
    recording to DIRECTORY/shop.jsonl has stopped: cannot rotate DIRECTORY/shop.jsonl: the file was moved or replaced during the recording
    ");
}

#[test]
fn start_and_finish_error_messages_match_snapshot() {
    let tap = Tap::server("shop").start().unwrap();
    tap.finish_blocking().unwrap();
    insta::assert_snapshot!(tap.finish_blocking().unwrap_err(), @"the recording has already ended");
    let error = Tap::server("shop").buffer(usize::MAX, 0).start().unwrap_err();
    insta::assert_snapshot!(error.to_string().replace(&usize::MAX.to_string(), "MAX"), @"cannot allocate buffers for MAX events and 0 bytes of payload; pass smaller values");
}
