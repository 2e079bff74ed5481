//! Prints the rows while they are computed.

use std::io;

use serde::Serialize;
use server_kit::recording::stdout_has_color;

use super::flags::Flags;
use super::percentiles::MIN_BEYOND;
use super::row::Row;
use super::{csv, text};
use crate::stdout::{columns, print};
use crate::wire::report::style::Style;

/// Prints the rows: as table or CSV one by one, as JSON at the end.
#[derive(Debug)]
pub struct Output {
    format: Format,
    calls: usize,
    style: Style,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Table,
    Csv,
    Json,
}

/// The rows as JSON.
#[derive(Serialize)]
struct Report<'a> {
    /// `false` if rows are missing, because the command was interrupted.
    is_complete: bool,
    /// Number of calls that are beyond each reported percentile, at least.
    min_calls_beyond: usize,
    rows: &'a [Row],
}

impl Output {
    /// Creates an output in the format of the flags.
    #[must_use]
    pub fn new(flags: &Flags) -> Self {
        let format = match (flags.json, flags.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => Format::Table,
        };
        Self {
            format,
            calls: flags.calls,
            style: Style::new(stdout_has_color(), columns()),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn add(&mut self, row: Row) -> io::Result<()> {
        let is_first = self.rows.is_empty();
        let heading = match self.format {
            Format::Table if is_first => text::heading(self.calls, self.style),
            Format::Csv if is_first => csv::heading(),
            _ => String::new(),
        };
        let line = match self.format {
            Format::Table => text::row(&row, self.style),
            Format::Csv => csv::row(&row),
            Format::Json => String::new(),
        };
        self.rows.push(row);
        print(&(heading + &line))
    }

    /// Prints what follows the last row. `is_complete` is `false` if rows are missing.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn finish(&self, is_complete: bool) -> io::Result<()> {
        match self.format {
            Format::Table if self.rows.is_empty() => Ok(()),
            Format::Table => print(&text::explanation()),
            Format::Csv => Ok(()),
            Format::Json => {
                let report = Report { is_complete, min_calls_beyond: MIN_BEYOND, rows: &self.rows };
                print(&(serde_json::to_string_pretty(&report)? + "\n"))
            }
        }
    }

    /// Returns the rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}
