//! Formats lint reports as text.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use socket_tap::format::text::{Lines, printable};

use super::finding::{Example, Finding};
use super::report::Report;
use super::rule::RuleInfo;
use crate::units::plural;

/// Maximum number of columns of a line. Longer lines are wrapped.
const WIDTH: usize = 100;

/// Formats several lint reports as text. Each rule is explained only in the first report with its findings.
#[derive(Debug, Default)]
pub struct Text {
    color: bool,
    explained: BTreeSet<&'static str>,
}

impl Text {
    /// Returns a formatter. With `color`, its text contains ANSI escapes.
    #[must_use]
    pub fn new(color: bool) -> Self {
        Self { color, ..Self::default() }
    }

    /// Formats one report: its findings with their evidence, and explanations of the rules.
    #[must_use]
    pub fn report(&mut self, report: &Report) -> String {
        let mut out = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write(&mut out, report);
        out
    }

    fn write(&mut self, out: &mut String, report: &Report) -> fmt::Result {
        let found = match report.findings.len() {
            0 => "no finding".to_owned(),
            count => plural(count as u64, "finding"),
        };
        writeln!(out, "{}: {found} in {}", printable(&report.trace), plural(report.events, "event"))?;
        for skipped in &report.skipped {
            writeln!(out, "  could not check {}: {}", skipped.rule, skipped.reason)?;
        }
        for about in &report.rules {
            writeln!(out)?;
            heading(out, about, self.color)?;
            for finding in report.findings.iter().filter(|finding| finding.rule == about.name) {
                write_finding(out, finding, self.color)?;
            }
            if self.explained.insert(about.name) {
                paragraph(out, "\n  Why: ", about.cause)?;
                paragraph(out, "\n  What to do: ", about.cure)?;
            }
        }
        Ok(())
    }
}

impl RuleInfo {
    /// Formats the complete description of the rule, as shown by `lint --explain`.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        let mut out = String::new();
        let _ = heading(&mut out, self, color);
        for (title, text) in
            [("\n  When: ", self.when), ("\n  Why: ", self.cause), ("\n  What to do: ", self.cure)]
        {
            let _ = paragraph(&mut out, title, text);
        }
        out
    }
}

fn heading(out: &mut String, about: &RuleInfo, color: bool) -> fmt::Result {
    let (on, off) = if color { ("\x1b[1;33m", "\x1b[0m") } else { ("", "") };
    writeln!(out, "{on}{}{off}: {}", about.name, about.title)
}

fn write_finding(out: &mut String, finding: &Finding, color: bool) -> fmt::Result {
    paragraph(out, "  ", &printable(&finding.what))?;
    for example in &finding.examples {
        write_example(out, example, color)?;
    }
    match finding.count.saturating_sub(finding.examples.len() as u64) {
        0 => Ok(()),
        more => writeln!(out, "\n    and {more} more"),
    }
}

fn write_example(out: &mut String, example: &Example, color: bool) -> fmt::Result {
    writeln!(out, "\n    {}:", printable(&example.what))?;
    // One formatter for all lines: a close then shows the age of its connection.
    let mut lines = Lines::new().color(color);
    for quote in &example.lines {
        write!(out, "      line {:<6}", quote.line)?;
        lines.push(&quote.event, out);
    }
    Ok(())
}

/// Writes text, wrapped to the maximum line length. The first line starts with `before`.
fn paragraph(out: &mut String, before: &str, text: &str) -> fmt::Result {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(before)
        .subsequent_indent("    ")
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    writeln!(out, "{}", textwrap::fill(text, options))
}
