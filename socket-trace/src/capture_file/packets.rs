//! The frames of a capture file as events of a recording.

use socket_tap::event::{Event, Gap, Op};
use socket_tap::format::{Header, Side};
use wire::packet::{Packet, Retransmissions};

use super::capture::Capture;
use super::copies::Copies;
use super::error::{Error, Problem};
use super::frame::Frame;
use super::header::header;
use super::link::ip_offset;
use super::notes::Notes;
use super::time_order::TimeOrder;

/// The packets of a capture file, in the order of their time.
///
/// Memory is bounded: 4,096 packets are held to sort them, or 8 MiB.
#[derive(Debug)]
pub struct Packets {
    capture: Capture,
    header: Header,
    /// Maximum number of bytes that are kept of each packet.
    limit: usize,
    held: TimeOrder<Held>,
    /// Time of the last frame in the file, in nanoseconds since 1970.
    last_read: u64,
    /// Time of the last event, in nanoseconds since the recording began.
    last_event: u64,
    has_ended: bool,
    /// The reason why the file cannot be read further. It is returned after the packets before it.
    failure: Option<Error>,
    /// The packet that follows a gap that was returned.
    after_gap: Option<Event>,
    /// Number of packets that the capturing program dropped, without those in gaps that were returned.
    dropped: u64,
    copies: Copies,
    retransmissions: Retransmissions,
    notes: Notes,
}

/// A packet that waits because one with an earlier time may follow.
#[derive(Debug)]
struct Held {
    packet: Packet,
    data: Box<[u8]>,
    /// Number of packets that were dropped before it.
    dropped_before: u64,
}

impl Packets {
    /// Returns the packets of a capture. At most `limit` bytes of each packet are kept; 0 keeps the headers' fields only.
    ///
    /// # Errors
    /// The capture cannot be read, and has no packet before the place that cannot be read.
    pub fn of(capture: Capture, limit: usize) -> Result<Self, Error> {
        let mut packets = Self {
            capture,
            header: Header::new("", Side::Wire),
            limit,
            held: TimeOrder::default(),
            last_read: 0,
            last_event: 0,
            has_ended: false,
            failure: None,
            after_gap: None,
            dropped: 0,
            copies: Copies::default(),
            retransmissions: Retransmissions::default(),
            notes: Notes::default(),
        };
        packets.fill();
        if packets.held.first_time().is_none()
            && let Some(failure) = packets.failure.take()
        {
            return Err(failure);
        }
        let start = packets.held.first_time().unwrap_or(0);
        packets.header = header(&packets.capture, start, limit);
        Ok(packets)
    }

    /// Returns the header of the recording. Its times are those of `CLOCK_REALTIME`.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns counts of what was not imported so far.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Returns the next event, or `None` at the end of the file: a packet, or a gap if packets were dropped.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read further. All packets before were returned.
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if let Some(event) = self.after_gap.take() {
            return Ok(Some(event));
        }
        self.fill();
        if let Some((time, held)) = self.held.pop() {
            return Ok(Some(self.event(time, held)));
        }
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(self.gap_at_end()),
        }
    }

    /// Reads frames until enough are held, or until the end of the file.
    fn fill(&mut self) {
        while !self.has_ended && !self.held.is_full() {
            match self.read() {
                Ok(true) => {}
                Ok(false) => self.has_ended = true,
                Err(error) => {
                    self.failure = Some(error);
                    self.has_ended = true;
                }
            }
        }
    }

    /// Reads a frame. Returns `false` at the end of the file.
    fn read(&mut self) -> Result<bool, Error> {
        let Some(Frame { info, bytes }) = self.capture.next_frame()? else { return Ok(false) };
        self.last_read = info.time.unwrap_or(self.last_read);
        let offset = match ip_offset(info.link, bytes) {
            Ok(offset) => offset,
            Err(reason) => {
                self.notes.count(reason, info.link, info.offset);
                return Ok(true);
            }
        };
        let (link_header, bytes) = bytes.split_at_checked(offset).unwrap_or_default();
        let Ok(packet) = Packet::parse_captured(bytes, info.length.saturating_sub(offset)) else {
            self.notes.unreadable(info.offset);
            return Ok(true);
        };
        // A copy may have other padding of the link layer.
        let identifying = bytes.get(..packet.length).unwrap_or(bytes);
        if self.copies.is_copy(identifying, info.interface, link_header, self.last_read) {
            self.notes.copies += 1;
            return Ok(true);
        }
        self.notes.without_time += u64::from(info.time.is_none());
        let kept = packet.length.min(self.limit);
        let data: Box<[u8]> = bytes.get(..kept).unwrap_or(bytes).into();
        let data = if self.limit == 0 { Box::default() } else { data };
        let dropped_before = self.newly_dropped();
        let size = data.len();
        let held = Held { packet, data, dropped_before };
        let pushed = self.held.push(self.last_read, size, held);
        pushed.map_err(|ns| self.capture.error(info.offset, Problem::OutOfOrder(ns)))?;
        Ok(true)
    }

    fn event(&mut self, time: u64, held: Held) -> Event {
        let Held { packet, data, dropped_before } = held;
        let t = time.saturating_sub(self.header.monotonic_ns);
        let mut event = packet.event();
        if self.retransmissions.observe(&packet) {
            event = event.with_retransmission(true);
        }
        if self.limit > 0 {
            event = event.with_data(data);
        }
        self.notes.packets += 1;
        self.last_event = t;
        let event = Event::new(t, None, Op::Packet(Box::new(event)));
        if dropped_before == 0 {
            return event;
        }
        self.after_gap = Some(event);
        gap(t, dropped_before)
    }

    /// Returns the packets that were dropped after the last one of the file.
    fn gap_at_end(&mut self) -> Option<Event> {
        let dropped = self.newly_dropped();
        (dropped > 0).then(|| gap(self.last_event, dropped))
    }

    /// Returns the number of dropped packets that the capture has reported since the last call.
    fn newly_dropped(&mut self) -> u64 {
        let dropped = self.capture.dropped();
        let new = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        self.notes.dropped = self.dropped;
        new
    }
}

fn gap(t: u64, packets: u64) -> Event {
    let mut gap = Gap::default();
    gap.others = packets;
    Event::new(t, None, Op::Gap(gap))
}
