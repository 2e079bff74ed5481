//! What became of assertions, with what is against them.

use socket_tap::format::text::printable;

use super::markdown::{block, code};
use crate::assertion::evidence::{Evidence, Line};
use crate::assertion::judge::{Finding, Judgement, Outcome};

/// For a terminal, in colours or not.
pub(super) fn text(judgements: &[Judgement], color: bool) -> String {
    let mut out = String::new();
    for judgement in judgements {
        let outcome = format!("{:<7}", outcome(judgement.outcome));
        let (on, off) = if color { (paint(judgement.outcome), "\x1b[0m") } else { ("", "") };
        out += &format!("  {on}{outcome}{off}  {}\n", judgement.title);
        for finding in &judgement.findings {
            out += &format!("    {}: {}\n", printable(&finding.trace), printable(&finding.found));
            out.extend(evidence(&finding.evidence).map(|line| format!("      {line}\n")));
        }
        for doubt in &judgement.doubts {
            out += &format!("    {}\n", printable(doubt));
        }
        out += &left_out(judgement).map_or_else(String::new, |left_out| format!("    {left_out}\n"));
    }
    out
}

/// For a page on GitHub.
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
        out.extend(judgement.doubts.iter().map(|doubt| format!("- {}\n", code(doubt))));
        out += &left_out(judgement).map_or_else(String::new, |left_out| format!("{left_out}\n"));
    }
    out
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "held",
        Outcome::Unclear => "unclear",
        Outcome::Failed => "failed",
    }
}

fn paint(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held => "\x1b[32m",
        Outcome::Unclear => "\x1b[33m",
        Outcome::Failed => "\x1b[31m",
    }
}

/// The lines of a trace that show a finding, each with its file and number.
fn evidence(evidence: &Evidence) -> impl Iterator<Item = String> {
    let file = printable(&evidence.file);
    let line = move |Line { line, text }: &Line| format!("{file}:{line}: {}", printable(text).trim_start());
    let first = evidence.first.iter().map(line.clone());
    let left_out = (evidence.left_out > 0).then(|| format!("… {} more …", evidence.left_out));
    let missing = evidence.missing.as_deref().map(printable);
    first.chain(left_out).chain(evidence.last.iter().map(line)).chain(missing)
}

/// What is against it beside what is shown.
fn left_out(judgement: &Judgement) -> Option<String> {
    let more = judgement.against.saturating_sub(judgement.findings.len() as u64);
    (more > 0).then(|| format!("… and {more} more"))
}
