//! Prints the events that pass the filters.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Stdout, Write as _};

use super::super::failed::CommandResult;
use super::super::terminal::warn;
use crate::show::filter::Filter;
use crate::show::view::View;
use crate::timeline::{AnnotatedEvent, AnnotatedEvents, Next, Recording, Timeline};

/// Size of the output buffer in bytes. A pipe has the same size.
const BUFFER: usize = 64 * 1024;

/// Prints the events that pass a filter to standard output.
pub(super) struct Printer {
    filter: Filter,
    view: View,
    recordings: Vec<Recording>,
    out: BufWriter<Stdout>,
    has_printed: bool,
    /// Names of the steps in the recordings, if the filter selects one.
    steps: BTreeSet<String>,
}

impl Printer {
    /// Returns a printer, and prints the heading of the output.
    pub(super) fn begin(filter: Filter, view: View, timeline: &Timeline) -> io::Result<Self> {
        let recordings = timeline.recordings().to_vec();
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
        view.begin(&recordings, &mut out)?;
        Ok(Self { filter, view, recordings, out, has_printed: false, steps: BTreeSet::new() })
    }

    /// Prints an event if it passes the filter. All events must be passed: a line may depend on earlier ones.
    pub(super) fn event(&mut self, annotated: &AnnotatedEvent) -> io::Result<()> {
        self.filter.observe(annotated);
        let shown = self.filter.passes(annotated);
        self.view.event(annotated, shown, &self.recordings, &mut self.out)?;
        self.has_printed |= shown;
        if let (Some(_), Some(step)) = (&self.filter.step, &annotated.step)
            && !self.steps.contains(&**step)
        {
            self.steps.insert(step.to_string());
        }
        Ok(())
    }

    /// Prints the events of recordings in progress, until they end or the filter's last time is over.
    pub(super) fn follow(&mut self, events: &mut AnnotatedEvents) -> CommandResult<()> {
        loop {
            match events.next_or_pending()? {
                Next::Event(annotated) if self.filter.is_over(annotated.timed.at) => return Ok(()),
                Next::Event(annotated) => self.event(&annotated)?,
                Next::Pending => {
                    self.out.flush()?;
                    events.wait()?;
                }
                Next::End => return Ok(()),
            }
        }
    }

    /// Prints the end of the output. Warns if no event has passed the filter.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.view.end(&mut self.out)?;
        self.out.flush()?;
        if !self.has_printed && self.filter.has_condition() {
            let steps: Vec<_> = self.steps.iter().map(|step| format!("{step:?}")).collect();
            let available =
                if steps.is_empty() { String::new() } else { format!("; steps: {}", steps.join(", ")) };
            warn(&format!("no event passes the filters{available}"))?;
        }
        Ok(())
    }
}
