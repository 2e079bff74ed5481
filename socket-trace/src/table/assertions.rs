//! Formats the outcomes of assertions, with their violations.

use socket_tap::format::text::printable;

use super::markdown::{block, code};
use crate::assertion::evidence::{Evidence, Line};
use crate::assertion::judge::{Finding, Judgement, Outcome};

/// Formats the outcomes of assertions for a terminal.
pub(super) fn text(judgements: &[Judgement], color: bool) -> String {
    let mut out = String::new();
    for judgement in judgements {
        let outcome = format!("{:<12}", outcome(judgement.outcome));
        let (on, off) = if color { (paint(judgement.outcome), "\x1b[0m") } else { ("", "") };
        out += &format!("  {on}{outcome}{off}  {}\n", judgement.title);
        for finding in &judgement.findings {
            out += &format!("    {}: {}\n", printable(&finding.trace), printable(&finding.found));
            out.extend(evidence(&finding.evidence).map(|line| format!("      {line}\n")));
        }
        for reason in &judgement.reasons {
            out += &format!("    {}\n", printable(reason));
        }
        out += &omitted(judgement).map_or_else(String::new, |omitted| format!("    {omitted}\n"));
    }
    out
}

/// Formats the outcomes of assertions as Markdown.
pub(super) fn markdown(judgements: &[Judgement]) -> String {
    let mut out = "| assertion | outcome |\n| --- | --- |\n".to_owned();
    for judgement in judgements {
        let outcome = outcome(judgement.outcome);
        let outcome =
            if judgement.outcome == Outcome::Held { outcome.to_owned() } else { format!("**{outcome}**") };
        out += &format!("| `{}` | {outcome} |\n", judgement.title);
    }
    for judgement in judgements.iter().filter(|judgement| judgement.outcome != Outcome::Held) {
        out += &format!("\n`{}` {}:\n\n", judgement.title, outcome(judgement.outcome));
        for Finding { trace, found, evidence: shown, .. } in &judgement.findings {
            let lines: String = evidence(shown).map(|line| format!("{line}\n")).collect();
            out += &format!("{}: {}\n\n{}\n", code(trace), code(found), block(&lines));
        }
        out.extend(judgement.reasons.iter().map(|reason| format!("- {}\n", code(reason))));
        out += &omitted(judgement).map_or_else(String::new, |omitted| format!("{omitted}\n"));
    }
    out
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "held",
        Outcome::Inconclusive => "inconclusive",
        Outcome::Failed => "failed",
    }
}

fn paint(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "\x1b[32m",
        Outcome::Inconclusive => "\x1b[33m",
        Outcome::Failed => "\x1b[31m",
    }
}

/// Formats the events that prove a violation, each with its file and line number.
fn evidence(evidence: &Evidence) -> impl Iterator<Item = String> {
    let file = printable(&evidence.file);
    let line = move |Line { line, text }: &Line| format!("{file}:{line}: {}", printable(text).trim_start());
    let first = evidence.first.iter().map(line.clone());
    let omitted = (evidence.omitted > 0).then(|| format!("… {} more …", evidence.omitted));
    let missing = evidence.missing.as_deref().map(printable);
    first.chain(omitted).chain(evidence.last.iter().map(line)).chain(missing)
}

/// Describes how many violations are not shown. `None` if all are shown.
fn omitted(judgement: &Judgement) -> Option<String> {
    let more = judgement.violations.saturating_sub(judgement.findings.len() as u64);
    (more > 0).then(|| format!("… and {more} more"))
}
