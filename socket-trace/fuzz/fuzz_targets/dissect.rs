//! Dissects arbitrary reads and writes of two connections, with the checks of `socket-dissect/tests/dissect`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, SockId, Transfer};
use socket_tap::format::Side;

#[path = "../../../socket-dissect/tests/dissect/checks.rs"]
mod checks;

/// Length of the payload that some transfers lack.
const MISSING: u64 = 7;

fuzz_target!(|bytes: &[u8]| {
    let mut checked = checks::Checked::new(Side::Server);
    let mut rest = bytes;
    let mut t = 0;
    // The input is a list of events: a byte for operation and connection, two for a length, and as many bytes of
    // payload.
    while let [kind, low, high, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (data, after) = after.split_at(length.min(after.len()));
        rest = after;
        t += 1;
        let transfer = |missing| Transfer::new(data.len() as u64 + missing).with_data(data);
        let op = match kind & 0xf {
            0 => Op::Read(transfer(0)),
            1 => Op::Write(transfer(0)),
            2 => Op::Read(transfer(MISSING)),
            3 => Op::Write(transfer(MISSING)),
            4 => Op::Read(Transfer::new(data.len() as u64)),
            5 => Op::Write(Transfer::new(data.len() as u64)),
            6 => SockId::new(1).map_or_else(Op::connect, Op::accept),
            7 => Op::connect(),
            8 => Op::Close(Box::<Close>::default()),
            9 => Op::Gap(Gap::default().with_reads(1, 1)),
            10 => Op::Gap(Gap::default().with_writes(1, 1)),
            _ => continue,
        };
        checked.observe(&Event::new(t, SockId::new(2 + u64::from(kind >> 4 & 1)), op));
    }
    checked.end();
});
