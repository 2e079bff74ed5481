//! Decoder for HTTP/2 header blocks: HPACK, RFC 7541.
//!
//! Recordings are untrusted, so memory is bounded by the table's limit whatever a block contains. The decoder
//! is our own because none of the maintained crates fits: one panics on a truncated block, another builds the
//! Huffman table again for every string. The tests compare the decoder with the second of these crates.
//!
//! # Layout
//!
//! - `table`: the static and the dynamic table
//! - `primitive`: integers and strings
//! - `huffman`: the Huffman code of strings

mod huffman;
mod primitive;
mod table;

use std::borrow::Cow;

use primitive::{Input, Malformed};
use table::Table;

/// Maximum number of bytes of all decoded fields of a block. Without this limit, a short block could expand
/// enormously, because each of its bytes can repeat a whole table entry.
const MAX_FIELDS: usize = 1024 * 1024;

type Literal<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Decodes the header blocks of one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    table: Table,
}

impl Decoder {
    /// Calls `field` with the name and value of each field of a complete block, in order.
    ///
    /// # Errors
    /// If the block is malformed. Later blocks of this direction cannot be decoded, either.
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
                // Section 6.1: indexed field.
                0x80.. => {
                    let index = input.integer(7)?;
                    let (name, value) = self.table.get(index).ok_or(Malformed)?;
                    field(name, value)?;
                }
                // Section 6.2.1: literal with incremental indexing.
                0x40.. => {
                    let (name, value) = self.literal(&mut input, 6)?;
                    field(&name, &value)?;
                    let (name, value) = (name.into_owned(), value.into_owned());
                    self.table.add(name, value);
                }
                // Section 6.3: table size update.
                0x20.. => self.table.resize(input.integer(5)?).ok_or(Malformed)?,
                // Sections 6.2.2 and 6.2.3: literal without indexing.
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
