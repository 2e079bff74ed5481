//! Writes a time line in one of several output forms.

use std::io::{self, Write};

use super::json::{self, Delimiters};
use super::lines::{Style, Text};
use super::summary::{Row, Summary};
use crate::timeline::AnnotatedEvent;
use crate::timeline::{Recording, Timeline};
use crate::why::Closes;

/// Writes a time line in one output form: text or JSON, by event or by connection.
#[derive(Debug)]
pub struct View(Form);

#[derive(Debug)]
enum Form {
    Text(Box<Text>, Closes),
    Json(Delimiters, Closes),
    Summary(Summary),
    SummaryJson(Summary, Delimiters),
}

impl View {
    /// Returns a view that writes one line per event.
    #[must_use]
    pub fn text(timeline: &Timeline, style: Style) -> Self {
        Self(Form::Text(Box::new(Text::of(timeline, style)), Closes::new(timeline.recordings())))
    }

    /// Returns a view that writes one JSON object per event: one per line if `lines` is `true`, else in an
    /// array.
    #[must_use]
    pub fn json(timeline: &Timeline, lines: bool) -> Self {
        Self(Form::Json(Delimiters::new(lines), Closes::new(timeline.recordings())))
    }

    /// Returns a view that writes one line per connection.
    #[must_use]
    pub fn summary(timeline: &Timeline) -> Self {
        Self(Form::Summary(Summary::of(timeline)))
    }

    /// Returns a view that writes one JSON object per connection: one per line if `lines` is `true`, else in
    /// an array.
    #[must_use]
    pub fn summary_json(timeline: &Timeline, lines: bool) -> Self {
        Self(Form::SummaryJson(Summary::of(timeline), Delimiters::new(lines)))
    }

    /// Writes the heading of the output.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn begin(&self, recordings: &[Recording], out: &mut impl Write) -> io::Result<()> {
        match &self.0 {
            Form::Text(text, _) => text.heading(recordings, out),
            Form::Summary(summary) => summary.heading(out),
            Form::Json(..) | Form::SummaryJson(..) => Ok(()),
        }
    }

    /// Processes an event. `shown` is `false` if the filter hides it.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn event(
        &mut self,
        annotated: &AnnotatedEvent,
        shown: bool,
        recordings: &[Recording],
        out: &mut impl Write,
    ) -> io::Result<()> {
        match &mut self.0 {
            Form::Text(text, closes) => {
                let why = closes.observe(annotated);
                text.event(annotated, why.as_ref(), shown, out)
            }
            Form::Json(delimiters, closes) => match closes.observe(annotated) {
                why if shown => json::event(annotated, why, recordings, delimiters, out),
                _ => Ok(()),
            },
            Form::Summary(summary) => match summary.event(annotated, shown) {
                Some(row) => summary.line(&row, out),
                None => Ok(()),
            },
            Form::SummaryJson(summary, delimiters) => {
                summary.event(annotated, shown).map_or(Ok(()), |row| json::object(&row, delimiters, out))
            }
        }
    }

    /// Writes the end of the output.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        match &mut self.0 {
            Form::Text(..) => Ok(()),
            Form::Json(delimiters, _) => delimiters.end(out),
            Form::Summary(summary) => {
                let rest: Vec<Row> = summary.remaining();
                rest.iter().try_for_each(|row| summary.line(row, out))
            }
            Form::SummaryJson(summary, delimiters) => {
                summary.remaining().iter().try_for_each(|row| json::object(row, delimiters, out))?;
                delimiters.end(out)
            }
        }
    }
}
