//! Imports arbitrary bytes as a log of strace, with the checks of `socket-trace/tests/any_bytes`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/any_bytes/strace.rs"]
mod strace;

fuzz_target!(|bytes: &[u8]| strace::import_log(bytes));
