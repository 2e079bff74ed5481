//! Formats the verdict of a comparison, with its reasons or the common call patterns.

use socket_tap::format::text::printable;

use super::markdown::code;
use crate::compare::{Comparison, Verdict};
use crate::summary::Role;
use crate::summary::Summary;

/// Formats the verdict of a comparison for a terminal.
pub(super) fn text(comparison: &Comparison) -> String {
    let mut lines = vec![headline(comparison.verdict).to_owned()];
    lines.extend(comparison.reasons.iter().map(|reason| format!("  {}", printable(reason))));
    for (role, skeleton, counts) in common(comparison) {
        lines.push(format!("  {:<30} {}   ({})", role.title(), printable(skeleton), printable(&counts)));
    }
    lines.extend(open_connections(comparison, printable).map(|sentence| format!("  {sentence}")));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Formats the verdict of a comparison as Markdown for GitHub.
pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut items: Vec<String> = comparison.reasons.iter().map(|reason| code(reason)).collect();
    for (role, skeleton, counts) in common(comparison) {
        items.push(format!("{}: {} ({})", role.title(), code(skeleton), code(&counts)));
    }
    items.extend(open_connections(comparison, code));
    let items: String = items.iter().map(|item| format!("- {item}\n")).collect();
    format!("**{}**\n\n{items}", headline(comparison.verdict))
}

fn headline(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "The socket primitives are the same.",
        Verdict::Different => "The socket primitives differ.",
        Verdict::Inconclusive => "The comparison of the socket primitives is inconclusive.",
    }
}

/// Returns an item for each call pattern that all traces share: the role of its sockets, the pattern, and the
/// number of such sockets in each trace, such as `rest 3, grpc 3`.
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

/// Returns a sentence for each trace with open connections. `shown` formats the path of the trace.
fn open_connections(comparison: &Comparison, shown: fn(&str) -> String) -> impl Iterator<Item = String> {
    comparison.traces.iter().filter(|trace| trace.open > 0).map(move |trace| {
        let source = shown(&trace.source);
        match trace.open {
            1 => format!("1 connection in {source} is still open and was not compared"),
            open => format!("{open} connections in {source} are still open and were not compared"),
        }
    })
}
