//! Reads a body in chunked transfer coding: RFC 9112, section 7.1.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::text::{HOLE, short_bytes};
use super::section::field_lines;

/// Maximum length of a line between chunks. Valid lines are much shorter: a chunk size has at most 16 digits,
/// and extensions are rare.
const MAX_LINE: usize = 4 * 1024;

/// A chunked body that has not been read completely.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
    unit: OpenUnit,
    /// The line between chunks that is being read.
    line: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// In the line with the size of a chunk.
    #[default]
    Size,
    /// In the data of a chunk. Contains the number of bytes of the chunk that have not been read yet.
    Data(u64),
    /// In the line break after a chunk.
    DataEnd,
    /// In the trailer section after the last chunk.
    Trailers,
    /// After the final empty line.
    Ended,
}

/// Progress after reading bytes of a chunked body.
#[derive(Debug)]
pub(super) enum Progress<'a> {
    /// Bytes of the body's content. The flag is `true` if the chunk ends with them.
    Data(TransferData<'a>, bool),
    /// Bytes between chunks.
    Framing,
    /// The body has ended.
    Complete,
    /// The body cannot be dissected any further. Contains the reason.
    Lost(&'static str),
}

const NO_CHUNK: &str = "not a chunk";
const SIZE: Label = Label::new(Class::Framing, Layer::Http1, "chunk size");
const DATA_END: Label = Label::new(Class::Framing, Layer::Http1, "chunk end");
const TRAILER: Label = Label::new(Class::Headers, Layer::Http1, "trailer");
const END: Label = Label::new(Class::Framing, Layer::Http1, "end of body");

impl Chunked {
    /// Reads the next bytes of `data`: either content of a single chunk, or the lines between two chunks.
    pub(super) fn read<'a>(
        &mut self,
        data: &mut TransferData<'a>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress<'a> {
        if let State::Data(left) = self.state {
            let piece = data.take(left);
            let left = left - piece.len();
            self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
            return Progress::Data(piece, left == 0);
        }
        self.read_line(data, call, context)
    }

    fn read_line<'a>(
        &mut self,
        data: &mut TransferData<'a>,
        call: Option<u64>,
        context: &mut Context<'_>,
    ) -> Progress<'a> {
        let bytes = data.recorded();
        if bytes.is_empty() {
            return Progress::Lost(HOLE);
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let piece = end.map_or(bytes, |end| bytes.get(..=end).unwrap_or(bytes));
        if self.line.len() + piece.len() > MAX_LINE {
            return Progress::Lost(NO_CHUNK);
        }
        self.line.extend_from_slice(piece);
        let line = self.line.trim_ascii_end();
        let (label, text, next) = match self.state {
            State::Trailers if line.is_empty() => (END, String::new(), Some(State::Ended)),
            State::Trailers => (TRAILER, short_bytes(line, end.is_none()), Some(State::Trailers)),
            State::DataEnd => (DATA_END, String::new(), line.is_empty().then_some(State::Size)),
            _ => (SIZE, String::new(), size(line).map(State::after_size)),
        };
        context.output.part(
            &mut self.unit,
            data.take(piece.len() as u64).len(),
            label.of(call),
            text,
            end.is_some(),
        );
        if context.header_fields && label.name == TRAILER.name && end.is_some() {
            let line = String::from_utf8_lossy(&self.line);
            let list = field_lines(&line).map(|field| (field.name.to_owned(), field.value.into_owned()));
            context.output.set_fields(list.collect());
        }
        match next {
            _ if end.is_none() => return Progress::Framing,
            Some(State::Ended) => return Progress::Complete,
            Some(state) => self.state = state,
            None => return Progress::Lost(NO_CHUNK),
        }
        self.line.clear();
        Progress::Framing
    }
}

impl State {
    fn after_size(size: u64) -> Self {
        // The last chunk has neither data nor a line break.
        if size == 0 { Self::Trailers } else { Self::Data(size) }
    }
}

/// Returns the chunk size in a chunk-size line, ignoring extensions.
fn size(line: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(line).ok()?;
    let digits = line.split(';').next()?.trim();
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u64::from_str_radix(digits, 16).ok())?
}
