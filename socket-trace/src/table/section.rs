//! The tables of a comparison, each under its title.

use socket_tap::format::Side;
use socket_tap::format::text::printable;

use super::columns::of_side;
use super::grid::Grid;
use super::{bytes, calls, markdown, sockets};
use crate::compare::grouping::{Grouping, share_an_operation};
use crate::summary::Summary;

/// A longer table is folded on a page.
const MOST_ROWS: usize = 12;

/// A table under its title.
#[derive(Clone, Debug)]
pub(super) struct Section {
    title: String,
    grid: Grid,
}

/// Something that the tables do not show, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// These recordings have no payload.
    NoPayload(Vec<String>),
    /// The traces were to be aligned by operation, and have none in common.
    NothingShared,
}

const NOTHING_SHARED: &str = "No operation occurs in all traces: operations of different APIs have different names. \
    Steps align them: programs name those with marks.\n";

/// All tables of one side, and what they lack. Empty when no trace is of that side.
pub(super) fn of(traces: &[Summary], side: Side, by: Option<Grouping>) -> (Vec<Section>, Vec<Note>) {
    let traces = of_side(traces, side);
    if traces.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let (sockets, who) = match traces.len() {
        1 => ("What was done with sockets", side.name().to_owned()),
        _ => ("What differs", format!("{}s", side.name())),
    };
    let by = by.unwrap_or_else(|| Grouping::suited_to(&traces));
    let sections = [
        (sockets, sockets::grid(&traces)),
        ("What the bytes are spent on, to the server / to the client", bytes::grid(&traces, by)),
        (
            "What a call takes on average, the first on its connection and each later one",
            calls::grid(&traces, by),
        ),
    ];
    let sections = sections.into_iter().map(|(what, grid)| {
        let title = format!("{what}, as the {who} recorded it");
        Section { title, grid }
    });
    (sections.filter(|section| section.grid.rows() > 0).collect(), notes(&traces, by))
}

fn notes(traces: &[&Summary], by: Grouping) -> Vec<Note> {
    let without: Vec<String> =
        traces.iter().filter(|trace| !trace.payload).map(|trace| trace.label.clone()).collect();
    let no_payload = (!without.is_empty()).then_some(Note::NoPayload(without));
    let with: Vec<&Summary> = traces.iter().filter(|trace| trace.payload).copied().collect();
    let foreign = by == Grouping::Operation && with.len() > 1 && !share_an_operation(&with);
    no_payload.into_iter().chain(foreign.then_some(Note::NothingShared)).collect()
}

impl Section {
    /// For a terminal.
    pub(super) fn text(&self) -> String {
        format!("{}:\n{}", self.title, self.grid.text())
    }

    /// For a page on GitHub.
    pub(super) fn markdown(&self) -> String {
        let Self { title, grid } = self;
        if grid.rows() > MOST_ROWS {
            format!("<details><summary>{title}</summary>\n\n{}\n</details>\n", grid.markdown())
        } else {
            format!("{title}:\n\n{}", grid.markdown())
        }
    }
}

impl Note {
    /// For a terminal.
    pub(super) fn text(&self) -> String {
        self.with(printable)
    }

    /// For a page on GitHub.
    pub(super) fn markdown(&self) -> String {
        self.with(markdown::code)
    }

    fn with(&self, shown: fn(&str) -> String) -> String {
        match self {
            Self::NoPayload(labels) => format!(
                "Recorded without payload: {}. What bytes are spent on and what a call takes, only payload tells: \
                 record with --capture 16384.\n",
                labels.iter().map(|label| shown(label)).collect::<Vec<_>>().join(", ")
            ),
            Self::NothingShared => NOTHING_SHARED.to_owned(),
        }
    }
}
