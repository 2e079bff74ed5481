//! Dissects one direction of a WebSocket connection, frame by frame.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::graphql::{Operations, Owner};
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{HOLE, short_bytes, with_hole};
use super::deflate::Inflater;
use super::frame::{self, FrameHead, OpCode, Parsed};
use super::message::{Kind, Message};
use super::rules::{self, Situation};

/// Maximum payload of a control frame, in bytes (RFC 6455, section 5.5).
const MAX_CONTROL: usize = 125;

/// Dissects the frames of one direction of a connection.
#[derive(Debug)]
pub(super) struct Reader {
    /// The bytes of an incomplete frame header.
    head: Vec<u8>,
    /// The frame header or control frame that is being read.
    frame_unit: OpenUnit,
    frame: Option<Frame>,
    message: Message,
    /// `true` after a close frame.
    is_closed: bool,
}

/// A WebSocket frame whose header is complete.
#[derive(Debug)]
struct Frame {
    head: FrameHead,
    /// Number of payload bytes read so far.
    read: u64,
    /// The payload of a control frame, as far as it has been read.
    control: PrefixBuffer,
}

const FRAME_HEAD: Label = Label::new(Class::Framing, Layer::Websocket, "frame head");
const NOT_WEBSOCKET: &str = "not WebSocket";

impl Reader {
    /// Returns a reader whose messages belong to `owner`. A message that contains the id of a GraphQL
    /// operation belongs to that operation instead.
    pub(super) fn new(owner: Owner, inflater: Option<Inflater>) -> Self {
        Self {
            head: Vec::new(),
            frame_unit: OpenUnit::default(),
            frame: None,
            message: Message::new(owner, inflater),
            is_closed: false,
        }
    }

    /// Dissects the next bytes of the direction into parts of frames and messages.
    ///
    /// # Errors
    /// The reason, if the remaining bytes of the direction cannot be dissected.
    pub(super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        while !data.is_empty() {
            match &self.frame {
                None => self.read_head(data, operations, context)?,
                Some(frame) if frame.head.code.is_control() => self.read_control(data, context),
                Some(_) => self.read_message(data, operations, context),
            }
        }
        Ok(())
    }

    fn read_head(
        &mut self,
        data: &mut TransferData<'_>,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        if data.recorded().is_empty() {
            return Err(HOLE);
        }
        let mut read = 0;
        let head = loop {
            let parsed = frame::parse(&self.head);
            if let Parsed::Complete(head) = parsed {
                break head;
            }
            let missing = match parsed {
                Parsed::Incomplete(length) => (length - self.head.len()).min(data.recorded().len()),
                _ => 0,
            };
            if missing == 0 {
                context.output.part(&mut self.frame_unit, read, FRAME_HEAD, String::new(), false);
                return if parsed == Parsed::Invalid { Err(NOT_WEBSOCKET) } else { Ok(()) };
            }
            let piece = data.take(missing as u64);
            self.head.extend_from_slice(piece.recorded());
            read += piece.len();
        };
        self.head.clear();
        let situation = Situation {
            sender: context.direction,
            is_fragmented: self.message.is_open(),
            is_closed: self.is_closed,
            has_deflate: self.message.has_deflate(),
        };
        let violation = rules::of_head(&head, &situation);
        self.is_closed |= head.code == OpCode::Close;
        if head.code.is_control() {
            let label = control_label(head.code);
            context.output.part(&mut self.frame_unit, read, label, String::new(), head.length == 0);
        } else {
            self.begin_message(&head, *data, operations, context);
            let label = self.message.label(Label { name: head.code.name(), ..FRAME_HEAD });
            let text = if head.is_compressed { "deflate" } else { "" };
            context.output.part(&mut self.frame_unit, read, label, text.to_owned(), true);
            self.message.set_open(!head.is_final);
        }
        context.output.set_violation(violation);
        let frame = Frame { head, read: 0, control: PrefixBuffer::new(MAX_CONTROL) };
        if head.length > 0 {
            self.frame = Some(frame);
        } else if !head.code.is_control() {
            self.payload(&frame, TransferData::new(b"", 0), operations, context);
        }
        Ok(())
    }

    /// Begins a message with its first frame. `rest` contains the first payload bytes, in which a GraphQL
    /// message names its operation.
    fn begin_message(
        &mut self,
        head: &FrameHead,
        mut rest: TransferData<'_>,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        if head.code != OpCode::Continuation {
            let kind = Kind { is_compressed: head.is_compressed, is_text: head.code == OpCode::Text };
            let beginning = head.unmasked(rest.take(head.length).recorded(), 0, kind.beginning());
            self.message.begin(kind, &beginning, operations, context);
        }
    }

    fn read_control(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let Some(frame) = &mut self.frame else { return };
        let piece = frame.take(data);
        let clear = frame.head.unmasked(piece.recorded(), frame.read - piece.len(), MAX_CONTROL);
        frame.control.add(TransferData::new(&clear, piece.len()));
        let (label, ends) = (control_label(frame.head.code), frame.is_complete());
        let text = match (frame.head.code, frame.control.bytes()) {
            (OpCode::Close, [high, low, reason @ ..]) => {
                let code = u16::from_be_bytes([*high, *low]);
                format!("{code} {}", short_bytes(reason, false)).trim_end().to_owned()
            }
            _ => String::new(),
        };
        context.output.part(&mut self.frame_unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        if ends && frame.head.code == OpCode::Close && !frame.control.is_cut() {
            context.output.set_violation(rules::of_close(frame.control.bytes()));
        }
        if ends {
            self.frame = None;
        }
    }

    fn read_message(
        &mut self,
        data: &mut TransferData<'_>,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        let Some(mut frame) = self.frame.take() else { return };
        let piece = frame.take(data);
        self.payload(&frame, piece, operations, context);
        self.frame = Some(frame).filter(|frame| !frame.is_complete());
    }

    /// Adds payload bytes to the current message. The last frame ends the message even if it has no payload.
    fn payload(
        &mut self,
        frame: &Frame,
        piece: TransferData<'_>,
        operations: &mut Option<Operations>,
        context: &mut Context<'_>,
    ) {
        let before = frame.read - piece.len();
        let max = self.message.max_bytes();
        let clear = frame.head.unmasked(piece.recorded(), before, max);
        let ends = frame.is_complete() && frame.head.is_final;
        self.message.add(TransferData::new(&clear, piece.len()), ends, operations, context);
        let text = with_hole(self.message.text(ends, operations, context), piece.missing());
        self.message.output(piece.len(), text, ends, context);
    }
}

impl Frame {
    /// Removes and returns the bytes at the start of `data` that belong to the payload.
    fn take<'a>(&mut self, data: &mut TransferData<'a>) -> TransferData<'a> {
        let piece = data.take(self.head.length - self.read);
        self.read += piece.len();
        piece
    }

    fn is_complete(&self) -> bool {
        self.read == self.head.length
    }
}

fn control_label(code: OpCode) -> Label {
    Label::new(Class::Connection, Layer::Websocket, code.name())
}
