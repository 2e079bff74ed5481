//! Generates damage to trace files, and applies it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::lines::wild;

/// Damage at one position of a file.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Repeat(Index),
    Swap(Index, Index),
    Insert(Index, Vec<u8>),
}

/// Generates any damage at one position.
pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let index = || any::<Index>();
    prop_oneof![
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => index().prop_map(Damage::Cut),
        2 => index().prop_map(Damage::Repeat),
        2 => (index(), index()).prop_map(|(one, other)| Damage::Swap(one, other)),
        3 => (index(), wild()).prop_map(|(at, text)| Damage::Insert(at, text.into_bytes())),
        1 => (index(), vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

/// Applies all damages to the bytes, in order.
pub(crate) fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages.iter().cloned() {
        if bytes.is_empty() {
            break;
        }
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        match damage {
            Damage::Flip(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] ^= byte;
            }
            Damage::Cut(at) => {
                let at = at.index(bytes.len());
                bytes.truncate(at);
            }
            Damage::Repeat(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                bytes = lines.concat();
            }
            Damage::Swap(one, other) => {
                let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                lines.swap(one, other);
                bytes = lines.concat();
            }
            Damage::Insert(at, inserted) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, inserted);
            }
        }
    }
    bytes
}
