//! The time line as a page has it: an object for each event, with all that is known of it.
//!
//! It is the object of `show --json`, with its number on the time line (`seq`), the step that it is in (`step`), and
//! what it carried in a sentence (`says`). Objects are in the order of `at`, so a connect, whose `at` is when it was
//! made, comes before the peer's accept.
//!
//! # Layout
//!
//! - [`Items`]: makes them
//! - [`kept`]: the last of them

pub mod kept;

use std::io;

pub use kept::Kept;

use crate::show::description::describe;
use crate::show::json::AddedFields;
use crate::timeline::Recording;
use crate::timeline::seen::Seen;

/// Numbers the events of a time line as they come.
#[derive(Debug, Default)]
pub struct Items {
    seq: u64,
}

impl Items {
    /// The next event, as JSON.
    ///
    /// # Errors
    /// When the event cannot be said in JSON; all can.
    pub fn next(&mut self, seen: &Seen, recordings: &[Recording]) -> io::Result<String> {
        self.seq += 1;
        let mut added = AddedFields::labelled(recordings, seen);
        added.seq = Some(self.seq);
        added.step = seen.step.as_deref();
        added.says = describe(&seen.carried);
        let mut json = Vec::new();
        added.write(&seen.moment.event, &mut json)?;
        json.truncate(json.trim_ascii_end().len());
        String::from_utf8(json).map_err(io::Error::other)
    }
}

impl From<&Recording> for page::hello::Recording {
    fn from(Recording { label, header }: &Recording) -> Self {
        Self {
            label: label.clone(),
            name: header.name.clone(),
            side: header.side.name(),
            program: header.program.clone(),
            pid: header.pid,
            started: header.started.clone(),
            capture: header.capture,
        }
    }
}
