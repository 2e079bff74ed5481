//! The verdict with its evidence: what is the same, or why not.

use socket_tap::format::text::printable;

use super::markdown::code;
use crate::compare::{Comparison, Verdict};
use crate::summary::Role;
use crate::summary::Summary;

/// For a terminal.
pub(super) fn text(comparison: &Comparison) -> String {
    let mut lines = vec![headline(comparison.verdict).to_owned()];
    lines.extend(comparison.reasons.iter().map(|reason| format!("  {}", printable(reason))));
    for (role, skeleton, counts) in common(comparison) {
        lines.push(format!("  {:<30} {}   ({})", role.title(), printable(skeleton), printable(&counts)));
    }
    lines.extend(
        still_open(comparison)
            .map(|[count, source, left]| format!("  {count} of {} {left}", printable(&source))),
    );
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// For a page on GitHub.
pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut items: Vec<String> = comparison.reasons.iter().map(|reason| code(reason)).collect();
    for (role, skeleton, counts) in common(comparison) {
        items.push(format!("{}: {} ({})", role.title(), code(skeleton), code(&counts)));
    }
    items.extend(
        still_open(comparison).map(|[count, source, left]| format!("{count} of {} {left}", code(&source))),
    );
    let items: String = items.iter().map(|item| format!("- {item}\n")).collect();
    format!("**{}**\n\n{items}", headline(comparison.verdict))
}

fn headline(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "The socket primitives are the same.",
        Verdict::Different => "The socket primitives differ.",
        Verdict::Unclear => "These traces do not allow to say whether the socket primitives are the same.",
    }
}

/// What all have in common, and how many sockets of each trace.
fn common(comparison: &Comparison) -> impl Iterator<Item = (Role, &str, String)> {
    comparison.skeletons.iter().flat_map(|(role, skeletons)| {
        skeletons.iter().map(|skeleton| {
            let count = |trace: &Summary| {
                let seen = trace.call_patterns.get(role)?.get(skeleton)?;
                Some(format!("{} {}", trace.label, seen.sockets))
            };
            let counts: Vec<String> = comparison.traces.iter().filter_map(count).collect();
            (*role, skeleton.as_str(), counts.join(", "))
        })
    })
}

/// How many connections have not ended, of which trace, and what of it.
fn still_open(comparison: &Comparison) -> impl Iterator<Item = [String; 3]> {
    comparison.traces.iter().filter(|trace| trace.open > 0).map(|trace| {
        let (count, left) = match trace.open {
            1 => ("1 connection".to_owned(), "is still open and left out"),
            open => (format!("{open} connections"), "are still open and left out"),
        };
        [count, trace.source.clone(), left.to_owned()]
    })
}
