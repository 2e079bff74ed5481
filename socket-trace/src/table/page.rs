//! Formats the complete output of a comparison: the verdict, the tables, and the outcomes of assertions.

use socket_tap::format::Side;

use super::section::{self, Note, Section};
use super::{assertions, verdict};
use crate::assertion::judge::Judgement;
use crate::compare::Comparison;
use crate::compare::grouping::Grouping;

/// Formats a comparison for a terminal of 120 columns. Outcomes of assertions are last, directly above the
/// next prompt.
#[must_use]
pub fn text(comparison: &Comparison, judgements: &[Judgement], by: Option<Grouping>, color: bool) -> String {
    let (sections, notes) = sections(comparison, by);
    let parts = has_verdict(comparison, judgements).then(|| verdict::text(comparison)).into_iter();
    let parts = parts.chain(sections.iter().map(Section::text)).chain(notes.iter().map(Note::text));
    let asserted =
        (!judgements.is_empty()).then(|| format!("Assertions:\n{}", assertions::text(judgements, color)));
    parts.chain(asserted).collect::<Vec<_>>().join("\n")
}

/// Formats a comparison as Markdown for GitHub. Outcomes of assertions precede the tables, at the top of the
/// page.
#[must_use]
pub fn markdown(comparison: &Comparison, judgements: &[Judgement], by: Option<Grouping>) -> String {
    let (sections, notes) = sections(comparison, by);
    let parts = has_verdict(comparison, judgements).then(|| verdict::markdown(comparison)).into_iter();
    let parts = parts.chain((!judgements.is_empty()).then(|| assertions::markdown(judgements)));
    let parts = parts.chain(sections.iter().map(Section::markdown)).chain(notes.iter().map(Note::markdown));
    parts.collect::<Vec<_>>().join("\n")
}

/// Returns `false` for a single trace with assertions, because there is nothing to compare it with.
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
