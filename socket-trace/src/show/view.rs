//! The form in which a time line is printed.

use std::io::{self, Write};

use super::json::{self, Between};
use super::lines::{Look, Text};
use super::summary::{Row, Summary};
use crate::timeline::AnnotatedEvent;
use crate::timeline::{Recording, Timeline};

/// How a time line is printed.
#[derive(Debug)]
pub struct View(Form);

#[derive(Debug)]
enum Form {
    Text(Text),
    Json(Between),
    Summary(Summary),
    SummaryJson(Summary, Between),
}

impl View {
    /// A line for each event.
    #[must_use]
    pub fn text(timeline: &Timeline, look: Look) -> Self {
        Self(Form::Text(Text::of(timeline, look)))
    }

    /// An object for each event: all in one array, or a line each.
    #[must_use]
    pub fn json(lines: bool) -> Self {
        Self(Form::Json(Between::new(lines)))
    }

    /// A line for each connection.
    #[must_use]
    pub fn summary(timeline: &Timeline) -> Self {
        Self(Form::Summary(Summary::of(timeline)))
    }

    /// An object for each connection.
    #[must_use]
    pub fn summary_json(timeline: &Timeline, lines: bool) -> Self {
        Self(Form::SummaryJson(Summary::of(timeline), Between::new(lines)))
    }

    /// What comes first.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(&self, recordings: &[Recording], out: &mut impl Write) -> io::Result<()> {
        match &self.0 {
            Form::Text(text) => text.heading(recordings, out),
            Form::Summary(summary) => summary.heading(out),
            Form::Json(_) | Form::SummaryJson(..) => Ok(()),
        }
    }

    /// Takes in an event; `shown` when the filters let it pass.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn event(
        &mut self,
        annotated: &AnnotatedEvent,
        shown: bool,
        recordings: &[Recording],
        out: &mut impl Write,
    ) -> io::Result<()> {
        match &mut self.0 {
            Form::Text(text) => text.event(annotated, shown, out),
            Form::Json(between) if shown => json::event(annotated, recordings, between, out),
            Form::Json(_) => Ok(()),
            Form::Summary(summary) => match summary.event(annotated, shown) {
                Some(row) => summary.line(&row, out),
                None => Ok(()),
            },
            Form::SummaryJson(summary, between) => {
                summary.event(annotated, shown).map_or(Ok(()), |row| json::object(&row, between, out))
            }
        }
    }

    /// What comes last.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        match &mut self.0 {
            Form::Text(_) => Ok(()),
            Form::Json(between) => between.end(out),
            Form::Summary(summary) => {
                let rest: Vec<Row> = summary.rest();
                rest.iter().try_for_each(|row| summary.line(row, out))
            }
            Form::SummaryJson(summary, between) => {
                summary.rest().iter().try_for_each(|row| json::object(row, between, out))?;
                between.end(out)
            }
        }
    }
}
