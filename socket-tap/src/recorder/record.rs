//! Records: the compact form that events have in the buffers between the recording threads and the drain
//! thread. A record has 32 to 40 bytes; an event has about 150.

use super::lifecycle_event::LifecycleEvent;
use crate::event::{Event, Op, SockId, Transfer};

/// The direction of a read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// The compact form of an event, such as a [`Record`], with its socket and with `raw`, its time on the [fast
/// clock](super::RawClock).
#[derive(Debug)]
pub(crate) struct Timed<T> {
    pub(crate) raw: u64,
    pub(crate) sock: Option<SockId>,
    pub(crate) record: T,
}

/// A record: one event in the compact form in which the drain thread sorts it and delivers it to the sinks.
#[derive(Debug)]
pub(crate) enum Record {
    Transfer(DrainedTransfer),
    Lifecycle(LifecycleEvent),
}

/// A successful read or write that the drain thread has moved out of a shard. Its captured payload, if any,
/// is in the drain thread's payload buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DrainedTransfer {
    pub(crate) bytes: u64,
    /// Index in the drain thread's payload buffer at which the captured payload begins.
    pub(crate) at: usize,
    /// Length of the captured payload, in bytes.
    pub(crate) captured: u32,
    /// Number of buffers of a vectored write. 0 for a plain read or write.
    pub(crate) slices: u16,
    pub(crate) direction: Direction,
    /// `true` if payload was captured, even if it is empty.
    pub(crate) has_payload: bool,
}

impl DrainedTransfer {
    /// Returns the captured payload. `all` is the drain thread's payload buffer, which contains the payload
    /// of many records.
    pub(crate) fn payload<'a>(&self, all: &'a [u8]) -> Option<&'a [u8]> {
        if !self.has_payload {
            return None;
        }
        all.get(self.at..)?.get(..self.captured as usize)
    }

    fn op(&self, payload: &[u8]) -> Op {
        let transfer = Transfer {
            bytes: self.bytes,
            slices: (self.slices > 0).then_some(u32::from(self.slices)),
            eof: false,
            data: self.payload(payload).map(Into::into),
        };
        match self.direction {
            Direction::Read => Op::Read(transfer),
            Direction::Write => Op::Write(transfer),
        }
    }
}

impl Timed<Record> {
    /// Returns the number of payload bytes of this record in the drain thread's buffer.
    pub(crate) fn captured(&self) -> usize {
        match &self.record {
            Record::Transfer(transfer) => transfer.captured as usize,
            Record::Lifecycle(_) => 0,
        }
    }

    /// Converts the record to an event with the time `t`, in nanoseconds since the recording began. `payload`
    /// is the drain thread's payload buffer.
    pub(crate) fn event(&self, t: u64, payload: &[u8]) -> Event {
        let (op, error) = match &self.record {
            Record::Lifecycle(lifecycle_event) => lifecycle_event.op(),
            Record::Transfer(transfer) => (transfer.op(payload), None),
        };
        Event { t, sock: self.sock, op, error }
    }
}

#[cfg(test)]
#[cfg(not(model))]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn record_types_have_the_documented_size() {
        assert_eq!((size_of::<Timed<LifecycleEvent>>(), size_of::<Timed<Record>>()), (32, 40));
    }
}
