//! Dissects reads and writes of arbitrary bytes on one or two connections, with the checks of
//! `socket-dissect/tests/dissect`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, SockId, Transfer};
use socket_tap::format::Side;

#[path = "../../../socket-dissect/tests/dissect/checked.rs"]
mod checked;

fuzz_target!(|bytes: &[u8]| {
    let mut checked = checked::Checked::new(Side::Server);
    let Some(listener) = SockId::new(1) else { return };
    let mut rest = bytes;
    let mut t = 0;
    // Each step is an operation and a connection in one byte, a length in two, and as many bytes of payload.
    while let [kind, low, high, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (data, after) = after.split_at(length.min(after.len()));
        rest = after;
        t += 1;
        let transfer = |missing| Transfer::new(data.len() as u64 + missing);
        let recorded = |missing| transfer(missing).with_data(data);
        let op = match kind & 0xf {
            0 => Op::Read(recorded(0)),
            1 => Op::Write(recorded(0)),
            2 => Op::Read(recorded(7)),
            3 => Op::Write(recorded(7)),
            4 => Op::Read(transfer(0)),
            5 => Op::Write(transfer(0)),
            6 => Op::accept(listener),
            7 => Op::connect(),
            8 => Op::Close(Box::<Close>::default()),
            9 => Op::Gap(Gap::default().with_reads(1, 1)),
            10 => Op::Gap(Gap::default().with_writes(1, 1)),
            _ => continue,
        };
        checked.observe(&Event::new(t, SockId::new(2 + u64::from(kind >> 4 & 1)), op));
    }
    checked.finish();
});
