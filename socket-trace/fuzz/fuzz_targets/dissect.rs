//! Reads and writes of any bytes, of one or two connections. The same checks as in `cargo test`, see
//! `socket-dissect/tests/dissect`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socket_tap::close::Close;
use socket_tap::event::{Event, Gap, Op, Transfer};
use socket_tap::format::Side;

#[path = "../../../socket-dissect/tests/dissect/checks.rs"]
mod checks;

fuzz_target!(|bytes: &[u8]| {
    let mut checked = checks::Checked::new(Side::Server);
    let mut rest = bytes;
    let mut t = 0;
    // What is done and to which connection, a length, and so many bytes.
    while let [kind, low, high, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (data, after) = after.split_at(length.min(after.len()));
        rest = after;
        t += 1;
        let transfer = |missing| Transfer {
            bytes: data.len() as u64 + missing,
            data: Some(data.into()),
            ..Transfer::default()
        };
        let op = match kind & 0xf {
            0 => Op::Read(transfer(0)),
            1 => Op::Write(transfer(0)),
            2 => Op::Read(transfer(7)),
            3 => Op::Write(transfer(7)),
            4 => Op::Read(Transfer { data: None, ..transfer(0) }),
            5 => Op::Write(Transfer { data: None, ..transfer(0) }),
            6 => Op::Accept { on: 1, fd: None, local: None, peer: None },
            7 => Op::Connect { local: None, peer: None, began: None },
            8 => Op::Close(Box::<Close>::default()),
            9 => Op::Gap(Gap { rx: 1, ..Gap::default() }),
            10 => Op::Gap(Gap { tx: 1, ..Gap::default() }),
            _ => continue,
        };
        checked.observe(&Event { t, sock: 2 + u64::from(kind >> 4 & 1), op, error: None });
    }
    checked.end();
});
