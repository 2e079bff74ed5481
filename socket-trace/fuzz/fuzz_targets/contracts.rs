//! Reads arbitrary bytes as a descriptor set.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_dissect::Contracts;

fuzz_target!(|bytes: &[u8]| {
    // An error is fine, a panic is not.
    let _ = Contracts::default().add_descriptors(bytes);
});
