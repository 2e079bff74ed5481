//! The end of the recording.

use std::io;
use std::time::Instant;

use super::Drain;
use crate::format::End;
use crate::recorder::command::Reply;

impl Drain {
    /// Requests the end of the recording at `deadline`. If there are several deadlines, the earliest applies.
    pub(super) fn finish_at(&mut self, deadline: Instant, reply: Reply<io::Result<End>>) {
        let (when, replies) = self.finish.get_or_insert_with(|| (deadline, Vec::new()));
        *when = (*when).min(deadline);
        replies.push(reply);
    }

    pub(super) fn is_time_to_finish(&self) -> bool {
        let due = |when: Instant| when <= Instant::now() || self.recorder.open_streams() == 0;
        self.finish.as_ref().is_some_and(|(when, _)| due(*when))
    }

    /// Delivers the remaining records, and calls [`Sink::end`] on each sink.
    pub(super) fn end(&mut self) -> End {
        let open = self.recorder.seal() as u64;
        self.timeline.advance(self.delivered_up_to);
        // The shards are sealed, so no record can arrive late.
        self.drain_until(u64::MAX);
        let end = End { events: self.events, lost: self.lost, open, continued: false };
        self.for_each_sink(|sink| sink.end(&end));
        end
    }

    pub(super) fn reply_finished(&mut self, end: &End) {
        let replies = self.finish.take().map(|(_, replies)| replies).unwrap_or_default();
        for reply in replies {
            reply.send(self.failure.as_ref().map_or_else(|| Ok(end.clone()), |error| Err(error.to_io())));
        }
    }
}
