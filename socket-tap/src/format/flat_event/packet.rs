//! Conversion of a packet to the fields of a flat JSON object, and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::read::{decoded, parsed, required};
use super::{FlatEvent, address, text};
use crate::event::{Packet, Protocol, Segment};
use crate::format::LineError;

impl<'a> FlatEvent<'a> {
    pub(super) fn set_packet(&mut self, packet: &'a Packet) {
        (self.from, self.to) = (address(Some(&packet.from)), address(Some(&packet.to)));
        self.protocol = text(packet.protocol.as_str());
        if let Some(segment) = &packet.segment {
            self.set_segment(segment);
        }
        (self.bytes, self.length) = (Some(packet.bytes), Some(packet.length));
        self.fate = packet.fate.as_ref().and_then(|fate| text(fate.as_str()));
        self.reason = packet.reason.as_ref().and_then(|reason| text(reason.as_str()));
        (self.arrived, self.retransmission) = (packet.arrived, packet.retransmission);
        self.data = packet.data.as_ref().map(|data| STANDARD.encode(data).into());
    }

    fn set_segment(&mut self, segment: &Segment) {
        self.flags = Some(segment.flags.to_string().into());
        (self.seq, self.ack, self.window) = (Some(segment.seq), segment.ack, Some(segment.window));
        (self.mss, self.window_scale) = (segment.mss, segment.window_scale);
        self.sack_permitted = segment.sack_permitted.then_some(true);
        self.sack = (!segment.sack.is_empty()).then(|| segment.sack.clone());
        self.timestamps = segment.timestamps;
    }

    pub(super) fn into_packet(mut self) -> Result<Packet, LineError> {
        let segment = self.take_segment()?;
        let protocol = required(self.protocol, "protocol", "the name of a protocol, such as tcp")?;
        Ok(Packet {
            from: required(parsed(self.from), "from", "an address")?,
            to: required(parsed(self.to), "to", "an address")?,
            protocol: Protocol::from(protocol.into_owned()),
            segment,
            bytes: required(self.bytes, "bytes", "a number of bytes")?,
            length: required(self.length, "length", "a number of bytes")?,
            fate: self.fate.map(|fate| fate.into_owned().into()),
            reason: self.reason.map(|reason| reason.into_owned().into()),
            arrived: self.arrived,
            retransmission: self.retransmission,
            data: decoded(self.data)?,
        })
    }

    /// Returns the TCP header, and `None` if the line has no flags.
    fn take_segment(&mut self) -> Result<Option<Segment>, LineError> {
        let Some(flags) = self.flags.take() else { return Ok(None) };
        Ok(Some(Segment {
            flags: required(flags.parse().ok(), "flags", "names of TCP flags, such as SYN ACK")?,
            seq: required(self.seq, "seq", "a sequence number")?,
            ack: self.ack,
            window: required(self.window, "window", "a number of bytes")?,
            mss: self.mss,
            window_scale: self.window_scale,
            sack_permitted: self.sack_permitted.unwrap_or(false),
            sack: self.sack.take().unwrap_or_default(),
            timestamps: self.timestamps,
        }))
    }
}
