//! The tables of a comparison, each with a title, and notes on missing data.

use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::columns::of_side;
use super::grid::Grid;
use super::{bytes, calls, markdown, sockets};
use crate::compare::grouping::{Grouping, share_an_operation};
use crate::summary::Summary;

/// Maximum number of rows of an expanded Markdown table. A longer table is put into a closed `<details>`
/// element.
const MAX_ROWS: usize = 12;

/// A table with a title.
#[derive(Clone, Debug)]
pub(super) struct Section {
    title: String,
    grid: Grid,
}

/// A note on data that the tables do not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The recordings with these labels contain no payload.
    NoPayload(Vec<String>),
    /// The user asked for tables by operation, but no operation occurs in all traces.
    NothingShared,
}

/// Title of the table for connections that servers opened to other servers, such as a database.
const UPSTREAM: &str = "Connections to other servers";

/// Title of the table for the bytes on connections that servers opened to other servers.
const UPSTREAM_BYTES: &str =
    "Byte breakdown of connections to other servers (sent to them / received from them)";

const NOTHING_SHARED: &str = "No operation occurs in all traces: different APIs have operations of different \
    names. Compare by step instead; programs name steps with marks.\n";

/// Returns the tables for the traces recorded by `side`, and notes on missing data. Empty if there is no such
/// trace.
pub(super) fn of(traces: &[Summary], side: Side, by: Option<Grouping>) -> (Vec<Section>, Vec<Note>) {
    let traces = of_side(traces, side);
    if traces.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let recorded_by = match traces.len() {
        1 => format!("the {}", side.name()),
        _ => format!("the {}s", side.name()),
    };
    let by = by.unwrap_or_else(|| Grouping::suited_to(&traces));
    let sections = [
        ("Socket calls", sockets::grid(&traces, sockets::own_steps)),
        ("Byte breakdown (to the server / to the client)", bytes::grid(&traces, by)),
        ("Mean cost of the first call of a connection, and of later calls", calls::grid(&traces, by)),
        (UPSTREAM, sockets::grid(&traces, sockets::upstream_steps)),
        (UPSTREAM_BYTES, bytes::upstream_grid(&traces, by)),
    ];
    let sections = sections.into_iter().map(|(subject, grid)| {
        let title = format!("{subject}, as recorded by {recorded_by}");
        Section { title, grid }
    });
    (sections.filter(|section| section.grid.rows() > 0).collect(), notes(&traces, by))
}

fn notes(traces: &[&Summary], by: Grouping) -> Vec<Note> {
    let without: Vec<String> =
        traces.iter().filter(|trace| !trace.payload).map(|trace| trace.label.clone()).collect();
    let no_payload = (!without.is_empty()).then_some(Note::NoPayload(without));
    let with: Vec<&Summary> = traces.iter().filter(|trace| trace.payload).copied().collect();
    let shares_none = by == Grouping::Operation && with.len() > 1 && !share_an_operation(&with);
    no_payload.into_iter().chain(shares_none.then_some(Note::NothingShared)).collect()
}

impl Section {
    /// Formats the table and its title for a terminal.
    pub(super) fn text(&self) -> String {
        format!("{}:\n{}", self.title, self.grid.text())
    }

    /// Formats the table and its title as Markdown for GitHub.
    pub(super) fn markdown(&self) -> String {
        let Self { title, grid } = self;
        if grid.rows() > MAX_ROWS {
            format!("<details><summary>{title}</summary>\n\n{}\n</details>\n", grid.markdown())
        } else {
            format!("{title}:\n\n{}", grid.markdown())
        }
    }
}

impl Note {
    /// Formats the note for a terminal.
    pub(super) fn text(&self) -> String {
        self.with(printable)
    }

    /// Formats the note as Markdown for GitHub.
    pub(super) fn markdown(&self) -> String {
        self.with(markdown::code)
    }

    fn with(&self, shown: fn(&str) -> String) -> String {
        match self {
            Self::NoPayload(labels) => format!(
                "Recorded without payload: {}. The byte breakdown and the cost of calls need payload; record with \
                 --capture 16384.\n",
                labels.iter().map(|label| shown(label)).collect::<Vec<_>>().join(", ")
            ),
            Self::NothingShared => NOTHING_SHARED.to_owned(),
        }
    }
}
