//! All that is to be said of a comparison: the verdict, the tables, and what became of assertions.

use socket_tap::format::Side;

use super::section::{self, Note, Section};
use super::{assertions, verdict};
use crate::assertion::judge::Judgement;
use crate::compare::Comparison;
use crate::compare::grouping::Grouping;

/// For a terminal of 120 columns. What failed comes last: that is where the eye is.
#[must_use]
pub fn text(comparison: &Comparison, judgements: &[Judgement], by: Option<Grouping>, color: bool) -> String {
    let (sections, notes) = sections(comparison, by);
    let parts = has_verdict(comparison, judgements).then(|| verdict::text(comparison)).into_iter();
    let parts = parts.chain(sections.iter().map(Section::text)).chain(notes.iter().map(Note::text));
    let asserted =
        (!judgements.is_empty()).then(|| format!("Assertions:\n{}", assertions::text(judgements, color)));
    parts.chain(asserted).collect::<Vec<_>>().join("\n")
}

/// For a page on GitHub. What failed comes before the tables: a page is read from its top.
#[must_use]
pub fn markdown(comparison: &Comparison, judgements: &[Judgement], by: Option<Grouping>) -> String {
    let (sections, notes) = sections(comparison, by);
    let parts = has_verdict(comparison, judgements).then(|| verdict::markdown(comparison)).into_iter();
    let parts = parts.chain((!judgements.is_empty()).then(|| assertions::markdown(judgements)));
    let parts = parts.chain(sections.iter().map(Section::markdown)).chain(notes.iter().map(Note::markdown));
    parts.collect::<Vec<_>>().join("\n")
}

/// A single trace that is checked compares with nothing, and that is no news.
fn has_verdict(comparison: &Comparison, judgements: &[Judgement]) -> bool {
    comparison.traces.len() > 1 || judgements.is_empty()
}

fn sections(comparison: &Comparison, by: Option<Grouping>) -> (Vec<Section>, Vec<Note>) {
    let [mut server, client] =
        [Side::Server, Side::Client].map(|side| section::of(&comparison.traces, side, by));
    server.0.extend(client.0);
    server.1.extend(client.1);
    server
}
