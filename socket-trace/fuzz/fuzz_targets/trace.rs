//! Any bytes, behind a header so that most of them reach the events. The same checks as in `cargo test`, see
//! `socket-trace/tests/any_bytes`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/any_bytes/everything.rs"]
mod everything;
#[path = "../../tests/any_bytes/views.rs"]
mod views;

const HEADER: &[u8] =
    b"{\"socket_tap\":1,\"name\":\"a\",\"side\":\"server\",\"program\":\"p\",\"pid\":1,\"started\":\"now\",\"monotonic_ns\":7,\"capture\":0}\n";

fuzz_target!(|bytes: &[u8]| {
    // The first byte says whether the header is ours.
    match bytes.split_first() {
        Some((first, rest)) if first % 4 > 0 => everything::do_everything(&[HEADER, rest].concat()),
        Some((_, rest)) => everything::do_everything(rest),
        None => everything::do_everything(b""),
    }
});
