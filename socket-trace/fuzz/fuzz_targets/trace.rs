//! Reads arbitrary bytes as a trace, mostly after a valid header, with the checks of `socket-trace/tests/any_bytes`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_tap::format::{Header, Line, Side};

#[path = "../../tests/any_bytes/everything.rs"]
mod everything;
#[path = "../../tests/any_bytes/views.rs"]
mod views;

fuzz_target!(|bytes: &[u8]| {
    let mut trace = Vec::new();
    // The first byte decides, so that three of four inputs have a valid header.
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    if first % 4 > 0 {
        Line::Header(Header::new("a", Side::Server)).write(&mut trace).expect("a vector can be written");
    }
    trace.extend_from_slice(rest);
    everything::do_everything(&trace);
});
