//! One direction of a connection, frame by frame.

use super::super::chunk::Chunk;
use super::super::graphql::{Owner, Subscriptions};
use super::super::kept::Kept;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{HOLE, short_bytes, with_hole};
use super::super::way::Way;
use super::frame::{self, FrameHead, OpCode, Parsed};

/// No more of a message is kept to say what it says.
const KEPT: usize = 64 * 1024;
/// Its type and its id are within so many bytes.
const BEGINNING: usize = 512;
/// The payload of a control frame has no more (section 5.5).
const CONTROL: usize = 125;

/// One direction.
#[derive(Debug)]
pub(super) struct Reader {
    /// The beginning of a frame whose head is not complete.
    head: Vec<u8>,
    /// The unit of a head, or of a control frame.
    frame_unit: Unit,
    frame: Option<Frame>,
    message: Message,
}

/// A frame whose head was read.
#[derive(Debug)]
struct Frame {
    head: FrameHead,
    /// How many bytes of its payload were read.
    read: u64,
    /// The payload of a control frame.
    kept: Kept,
}

/// A message, over all its frames.
#[derive(Debug)]
struct Message {
    unit: Unit,
    owner: Owner,
    is_compressed: bool,
    kept: Kept,
}

const FRAME_HEAD: Label = Label::new(Class::Framing, Layer::Websocket, "frame head");
const MESSAGE: Label = Label::new(Class::Payload, Layer::Websocket, "message");
const NOT_WEBSOCKET: &str = "not WebSocket";

impl Reader {
    /// Of messages that belong to that, unless they say it themselves.
    pub(super) fn new(owner: Owner) -> Self {
        let message = Message { owner, unit: Unit::default(), is_compressed: false, kept: Kept::new(KEPT) };
        Self { head: Vec::new(), frame_unit: Unit::default(), frame: None, message }
    }

    /// Says what the bytes are.
    ///
    /// # Errors
    /// When that cannot be told, from here on: why.
    pub(super) fn carry(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        while !chunk.is_empty() {
            match &self.frame {
                None => self.read_head(way, chunk, subscriptions, context)?,
                Some(frame) if frame.head.code.is_control() => self.read_control(chunk, context),
                Some(_) => self.read_message(way, chunk, subscriptions, context),
            }
        }
        Ok(())
    }

    fn read_head(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        if chunk.bytes().is_empty() {
            return Err(HOLE);
        }
        let mut read = 0;
        let head = loop {
            let parsed = frame::parse(&self.head);
            if let Parsed::Whole(head) = parsed {
                break head;
            }
            let missing = match parsed {
                Parsed::Short(length) => (length - self.head.len()).min(chunk.bytes().len()),
                _ => 0,
            };
            if missing == 0 {
                context.output.part(&mut self.frame_unit, read, FRAME_HEAD, String::new(), false);
                return if parsed == Parsed::Invalid { Err(NOT_WEBSOCKET) } else { Ok(()) };
            }
            let piece = chunk.take(missing as u64);
            self.head.extend_from_slice(piece.bytes());
            read += piece.len();
        };
        self.head.clear();
        if head.code.is_control() {
            let label = control_label(head.code);
            context.output.part(&mut self.frame_unit, read, label, String::new(), head.length == 0);
        } else {
            self.message_goes_on(way, &head, *chunk, subscriptions, context);
            let label = self.message.label(Label { name: head.code.name(), ..FRAME_HEAD });
            context.output.part(&mut self.frame_unit, read, label, String::new(), true);
        }
        let frame = Frame { head, read: 0, kept: Kept::new(CONTROL) };
        if head.length > 0 {
            self.frame = Some(frame);
        } else if !head.code.is_control() {
            self.payload(way, &frame, Chunk::new(b"", 0), subscriptions, context);
        }
        Ok(())
    }

    /// Another frame of a message, or its first. What follows may say what it belongs to.
    fn message_goes_on(
        &mut self,
        way: Way,
        head: &FrameHead,
        mut rest: Chunk<'_>,
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) {
        if head.code != OpCode::Continuation {
            self.message.begins(head.is_compressed, subscriptions.is_some());
            let beginning = head.unmasked(rest.take(head.length).bytes(), 0, BEGINNING);
            self.message.learn_owner(way, &beginning, subscriptions, context);
        }
    }

    fn read_control(&mut self, chunk: &mut Chunk<'_>, context: &mut Context<'_>) {
        let Some(frame) = &mut self.frame else { return };
        let piece = frame.take(chunk);
        let clear = frame.head.unmasked(piece.bytes(), frame.read - piece.len(), CONTROL);
        frame.kept.add(Chunk::new(&clear, piece.len()));
        let (label, ends) = (control_label(frame.head.code), frame.is_read());
        let text = match (frame.head.code, frame.kept.bytes()) {
            (OpCode::Close, [high, low, reason @ ..]) => {
                let code = u16::from_be_bytes([*high, *low]);
                format!("{code} {}", short_bytes(reason, false)).trim_end().to_owned()
            }
            _ => String::new(),
        };
        context.output.part(&mut self.frame_unit, piece.len(), label, with_hole(text, piece.missing()), ends);
        if ends {
            self.frame = None;
        }
    }

    fn read_message(
        &mut self,
        way: Way,
        chunk: &mut Chunk<'_>,
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) {
        let Some(mut frame) = self.frame.take() else { return };
        let piece = frame.take(chunk);
        self.payload(way, &frame, piece, subscriptions, context);
        self.frame = Some(frame).filter(|frame| !frame.is_read());
    }

    /// Some of a message, or the end of one that has no more.
    fn payload(
        &mut self,
        way: Way,
        frame: &Frame,
        piece: Chunk<'_>,
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) {
        let message = &mut self.message;
        let clear = frame.head.unmasked(piece.bytes(), frame.read - piece.len(), KEPT);
        message.kept.add(Chunk::new(&clear, piece.len()));
        let ends = frame.is_read() && frame.head.is_final;
        if message.owner == Owner::Unknown && (ends || message.kept.bytes().len() <= BEGINNING) {
            let beginning = std::mem::take(&mut message.kept);
            message.learn_owner(way, beginning.bytes(), subscriptions, context);
            message.kept = beginning;
        }
        let text = match (subscriptions, message.is_compressed) {
            (_, true) => "compressed".to_owned(),
            (Some(subscriptions), false) if ends => subscriptions.message(message.kept.bytes(), context),
            _ => short_bytes(message.kept.bytes(), !ends || message.kept.is_cut()),
        };
        let (text, label) = (with_hole(text, piece.missing()), message.label(MESSAGE));
        context.output.part(&mut message.unit, piece.len(), label, text, ends);
    }
}

impl Frame {
    /// What of the chunk is its payload.
    fn take<'a>(&mut self, chunk: &mut Chunk<'a>) -> Chunk<'a> {
        let piece = chunk.take(self.head.length - self.read);
        self.read += piece.len();
        piece
    }

    fn is_read(&self) -> bool {
        self.read == self.head.length
    }
}

impl Message {
    fn begins(&mut self, is_compressed: bool, says_owner: bool) {
        self.unit = Unit::default();
        self.is_compressed = is_compressed;
        self.kept.clear();
        if says_owner {
            self.owner = Owner::Unknown;
        }
    }

    fn label(&self, label: Label) -> Label {
        match self.owner {
            Owner::Unknown => label,
            Owner::Connection => Label { class: Class::Connection, ..label },
            Owner::Call(call) => label.of(Some(call)),
        }
    }

    /// Learns from its beginning what it belongs to.
    fn learn_owner(
        &mut self,
        way: Way,
        beginning: &[u8],
        subscriptions: &mut Option<Subscriptions>,
        context: &mut Context<'_>,
    ) {
        if let Some(subscriptions) = subscriptions.as_mut().filter(|_| !self.is_compressed) {
            self.owner = subscriptions.owner(way, beginning, context);
        }
    }
}

fn control_label(code: OpCode) -> Label {
    Label::new(Class::Connection, Layer::Websocket, code.name())
}
