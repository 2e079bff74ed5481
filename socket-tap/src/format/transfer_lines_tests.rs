use super::*;
use crate::event::{Event, Op, Transfer};
use crate::format::write_event;

const NUMBERS: [u64; 11] = [0, 1, 9, 10, 99, 100, 101, 999, 1_000, 1_234_567, u64::MAX];

fn line(t: u64, sock: Option<SockId>, transfer: &DrainedTransfer, payload: &[u8]) -> String {
    let mut out = b"before\n".to_vec();
    let mut lines = TransferLines::new();
    // Bytes of an earlier line must not show.
    lines.line = [b'#'; MAX_LINE];
    lines.append(&mut out, t, sock, transfer, payload);
    String::from_utf8(out.split_off(7)).unwrap()
}

/// Formats a read or write with serde. [`TransferLines`] must write the same line.
fn by_event(t: u64, sock: Option<SockId>, transfer: &DrainedTransfer, payload: &[u8]) -> String {
    let slices = (transfer.slices > 0).then_some(transfer.slices.into());
    let data = transfer.payload(payload).map(Into::into);
    let event = Transfer { bytes: transfer.bytes, slices, eof: false, data };
    let op = match transfer.direction {
        Direction::Read => Op::Read(event),
        Direction::Write => Op::Write(event),
    };
    let mut out = Vec::new();
    write_event(&mut out, &Event { t, sock, op, error: None }).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn fast_and_general_formatter_write_equal_lines() {
    for direction in [Direction::Read, Direction::Write] {
        for bytes in NUMBERS {
            for slices in [0, 1, 64, u16::MAX] {
                let transfer =
                    DrainedTransfer { bytes, at: 0, captured: 0, slices, direction, has_payload: false };
                for t in NUMBERS {
                    for sock in NUMBERS.map(SockId::new) {
                        assert_eq!(line(t, sock, &transfer, &[]), by_event(t, sock, &transfer, &[]));
                    }
                }
            }
        }
    }
}

#[test]
fn payload_of_any_length_is_base64_encoded() {
    let payload: Vec<u8> = (0..2_000_usize).map(|at| (at * 7 % 256) as u8).collect();
    for at in [0, 1, 77] {
        for captured in (0..70).chain([767, 768, 769, 1_024, 1_500]) {
            let transfer = DrainedTransfer {
                bytes: 9_000,
                at,
                captured,
                slices: 2,
                direction: Direction::Write,
                has_payload: true,
            };
            assert_eq!(line(7, None, &transfer, &payload), by_event(7, None, &transfer, &payload));
        }
    }
}
