//! The Huffman code of HPACK: RFC 7541, section 5.2 and appendix B.
//!
//! The code is canonical, so it can be computed from `LENGTHS`. Codes of the same length are consecutive
//! numbers, in the order of their symbols. The first code of a greater length is the last shorter code plus
//! 1, shifted left by the difference in length.

/// The end-of-string symbol, whose bits pad the last byte.
const END: usize = 256;
const SYMBOLS: usize = END + 1;
const LONGEST: usize = 30;

/// Number of bits in the code of each symbol.
#[rustfmt::skip]
const LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
    10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
    15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
    6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
    23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
    23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
    28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// All codes of one length.
#[derive(Clone, Copy)]
struct Row {
    /// The smallest code of this length.
    first: u32,
    count: u32,
    /// Index in [`BY_CODE`] of the symbol with the smallest code of this length.
    at: u32,
}

/// All codes, indexed by their length in bits.
static ROWS: [Row; LONGEST + 1] = rows();
/// All symbols, sorted by their codes.
static BY_CODE: [u16; SYMBOLS] = by_code();

const fn rows() -> [Row; LONGEST + 1] {
    let mut rows = [Row { first: 0, count: 0, at: 0 }; LONGEST + 1];
    let mut symbol = 0;
    while symbol < SYMBOLS {
        rows[LENGTHS[symbol] as usize].count += 1;
        symbol += 1;
    }
    let mut length = 1;
    while length <= LONGEST {
        let shorter = rows[length - 1];
        rows[length].first = (shorter.first + shorter.count) << 1;
        rows[length].at = shorter.at + shorter.count;
        length += 1;
    }
    rows
}

const fn by_code() -> [u16; SYMBOLS] {
    let mut symbols = [0; SYMBOLS];
    let mut filled = [0; LONGEST + 1];
    let rows = rows();
    let mut symbol = 0;
    while symbol < SYMBOLS {
        let length = LENGTHS[symbol] as usize;
        symbols[rows[length].at as usize + filled[length]] = symbol as u16;
        filled[length] += 1;
        symbol += 1;
    }
    symbols
}

/// Decodes a Huffman-coded string. `None` if it contains an invalid code, or ends inside a symbol.
pub(super) fn decode(coded: &[u8]) -> Option<Vec<u8>> {
    let mut string = Vec::with_capacity(coded.len() * 8 / 5);
    let (mut code, mut length) = (0u32, 0usize);
    for byte in coded {
        for at in (0..8).rev() {
            code = code << 1 | u32::from(byte >> at & 1);
            length += 1;
            let row = ROWS.get(length)?;
            // Not a code of this length, so the beginning of a longer one.
            let Some(nth) = code.checked_sub(row.first).filter(|nth| *nth < row.count) else { continue };
            let symbol = BY_CODE.get((row.at + nth) as usize)?;
            // The end symbol is forbidden (section 5.2), and the only one that is not a byte.
            string.push(u8::try_from(*symbol).ok()?);
            (code, length) = (0, 0);
        }
    }
    // The padding has fewer than 8 bits, all ones.
    (length < 8 && code + 1 == 1 << length).then_some(string)
}
