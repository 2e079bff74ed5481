//! Reads arbitrary bytes as a trace, usually after a valid header so that most of them reach the events, with
//! the checks of `socket-trace/tests/any_bytes`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_tap::format::Side;

#[path = "../../tests/any_bytes/everything.rs"]
mod everything;
#[path = "../../tests/support/header.rs"]
mod header;
#[path = "../../tests/any_bytes/views.rs"]
mod views;

fuzz_target!(|bytes: &[u8]| {
    // The first byte decides whether a valid header precedes the rest.
    match bytes.split_first() {
        Some((first, rest)) if first % 4 > 0 => {
            let header = header::header_line(&header::shop(Side::Server)) + "\n";
            everything::do_everything(&[header.as_bytes(), rest].concat());
        }
        Some((_, rest)) => everything::do_everything(rest),
        None => everything::do_everything(b""),
    }
});
