//! Header blocks of HTTP/2: HPACK, RFC 7541. Only decoding, and without the trust of an endpoint: nothing that a block
//! says makes memory grow beyond the table's limit.
//!
//! It is ours because of those that are kept none fits: one panics when a block is cut, the other builds the table of
//! the Huffman code again for every string. The tests compare it with the latter.
//!
//! # Layout
//!
//! - `table`: fields that a block may name by a number
//! - `primitive`: integers and strings
//! - `huffman`: the code of the strings

mod huffman;
mod primitive;
mod table;

use std::borrow::Cow;

use primitive::{Input, Malformed};
use table::Table;

/// A block that says more is not decoded: an entry of the table may be named again and again, with a byte each.
const MAX_FIELDS: usize = 1024 * 1024;

type Literal<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// What one direction of a connection has learned from its header blocks.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    table: Table,
}

impl Decoder {
    /// Calls `field` with the name and value of each field of a whole block, in order.
    ///
    /// # Errors
    /// When the block cannot be decoded: then no later one can, either.
    pub(super) fn decode(
        &mut self,
        block: &[u8],
        mut field: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Malformed> {
        let mut input = Input::new(block);
        let mut size = 0;
        let mut field = |name: &[u8], value: &[u8]| {
            field(name, value);
            size += name.len() + value.len();
            if size > MAX_FIELDS { Err(Malformed) } else { Ok(()) }
        };
        while let Some(first) = input.peek() {
            match first {
                // Section 6.1: an indexed field.
                0x80.. => {
                    let index = input.integer(7)?;
                    let (name, value) = self.table.get(index).ok_or(Malformed)?;
                    field(name, value)?;
                }
                // Section 6.2.1: a literal that is to be remembered.
                0x40.. => {
                    let (name, value) = self.literal(&mut input, 6)?;
                    field(&name, &value)?;
                    let (name, value) = (name.into_owned(), value.into_owned());
                    self.table.add(name, value);
                }
                // Section 6.3: another size for the table.
                0x20.. => self.table.resize(input.integer(5)?).ok_or(Malformed)?,
                // Sections 6.2.2 and 6.2.3: a literal that is not.
                _ => {
                    let (name, value) = self.literal(&mut input, 4)?;
                    field(&name, &value)?;
                }
            }
        }
        Ok(())
    }

    fn literal<'a, 'b: 'a>(&'a self, input: &mut Input<'b>, prefix: u8) -> Result<Literal<'a>, Malformed> {
        let name = match input.integer(prefix)? {
            0 => input.string()?,
            index => Cow::Borrowed(self.table.get(index).ok_or(Malformed)?.0),
        };
        Ok((name, input.string()?))
    }
}

#[cfg(test)]
mod tests;
