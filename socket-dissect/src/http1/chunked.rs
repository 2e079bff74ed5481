//! A body in chunks: RFC 9112, section 7.1.

use super::super::chunk::Chunk;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{HOLE, short_bytes};

/// Longer lines between chunks are not followed: a size has 16 digits, extensions are rare.
const MAX_LINE: usize = 4 * 1024;

/// Where in its chunks a body is.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    place: Place,
    unit: Unit,
    /// The line that is being read.
    line: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Place {
    /// In the line that says how long the chunk is.
    #[default]
    Size,
    /// In the chunk, of which so many bytes are still to come.
    Data(u64),
    /// In the end of line after it.
    DataEnd,
    /// After the last chunk.
    Trailers,
    /// After the empty line behind them.
    Ended,
}

/// What came of reading.
#[derive(Debug)]
pub(super) enum Read<'a> {
    /// Some of the content, and whether the chunk ends with it.
    Data(Chunk<'a>, bool),
    /// Some of what is around it.
    Framing,
    /// The body has ended.
    Ended,
    /// It cannot be followed, and why.
    Lost(&'static str),
}

const NO_CHUNK: &str = "not a chunk";
const SIZE: Label = Label::new(Class::Framing, Layer::Http1, "chunk size");
const DATA_END: Label = Label::new(Class::Framing, Layer::Http1, "chunk end");
const TRAILER: Label = Label::new(Class::Headers, Layer::Http1, "trailer");
const END: Label = Label::new(Class::Framing, Layer::Http1, "end of body");

impl Chunked {
    /// Reads up to the next change between content and what is around it.
    pub(super) fn read<'a>(
        &mut self,
        chunk: &mut Chunk<'a>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Read<'a> {
        if let Place::Data(left) = self.place {
            let piece = chunk.take(left);
            let left = left - piece.len();
            self.place = if left == 0 { Place::DataEnd } else { Place::Data(left) };
            return Read::Data(piece, left == 0);
        }
        self.read_line(chunk, call, context)
    }

    fn read_line<'a>(
        &mut self,
        chunk: &mut Chunk<'a>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Read<'a> {
        let bytes = chunk.bytes();
        if bytes.is_empty() {
            return Read::Lost(HOLE);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let piece = end.map_or(bytes, |end| bytes.get(..=end).unwrap_or(bytes));
        if self.line.len() + piece.len() > MAX_LINE {
            return Read::Lost(NO_CHUNK);
        }
        self.line.extend_from_slice(piece);
        let line = self.line.trim_ascii_end();
        let (label, text, next) = match self.place {
            Place::Trailers if line.is_empty() => (END, String::new(), Some(Place::Ended)),
            Place::Trailers => (TRAILER, short_bytes(line, end.is_none()), Some(Place::Trailers)),
            Place::DataEnd => (DATA_END, String::new(), line.is_empty().then_some(Place::Size)),
            _ => (SIZE, String::new(), size(line).map(Place::after_size)),
        };
        context.output.part(
            &mut self.unit,
            chunk.take(piece.len() as u64).len(),
            label.of(call),
            text,
            end.is_some(),
        );
        match next {
            _ if end.is_none() => return Read::Framing,
            Some(Place::Ended) => return Read::Ended,
            Some(place) => self.place = place,
            None => return Read::Lost(NO_CHUNK),
        }
        self.line.clear();
        Read::Framing
    }
}

impl Place {
    fn after_size(size: u64) -> Self {
        // The last chunk has no data, and no end of line after it.
        if size == 0 { Self::Trailers } else { Self::Data(size) }
    }
}

/// What a line says about the length of its chunk; extensions say nothing about it.
fn size(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok()?;
    let digits = line.split(';').next()?.trim();
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u64::from_str_radix(digits, 16).ok())?
}
