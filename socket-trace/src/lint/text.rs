//! A report for the eye.

use std::fmt::{self, Write as _};

use socket_tap::format::text::{Lines, printable};

use super::finding::{Example, Finding, plural};
use super::report::Report;
use super::rule::About;

/// Longer lines are broken.
const WIDTH: usize = 100;

impl Report {
    /// What was found, with its evidence and reasons; with ANSI escapes when `color`.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut out, color);
        out
    }

    fn write(&self, out: &mut String, color: bool) -> fmt::Result {
        let found = match self.findings.len() {
            0 => "no finding".to_owned(),
            count => plural(count as u64, "finding"),
        };
        writeln!(out, "{}: {found} in {}", printable(&self.trace), plural(self.events, "event"))?;
        for left_out in &self.left_out {
            writeln!(out, "  could not check {}: {}", left_out.rule, left_out.because)?;
        }
        for about in &self.rules {
            writeln!(out)?;
            heading(out, about, color)?;
            for finding in self.findings.iter().filter(|finding| finding.rule == about.name) {
                write_finding(out, finding, color)?;
            }
            paragraph(out, "Why", about.cause)?;
            paragraph(out, "What to do", about.cure)?;
        }
        Ok(())
    }
}

impl About {
    /// All that a rule says of itself, whatever it has found.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        let mut out = String::new();
        let _ = heading(&mut out, self, color);
        for (title, text) in [("When", self.when), ("Why", self.cause), ("What to do", self.cure)] {
            let _ = paragraph(&mut out, title, text);
        }
        out
    }
}

fn heading(out: &mut String, about: &About, color: bool) -> fmt::Result {
    let (on, off) = if color { ("\x1b[1;33m", "\x1b[0m") } else { ("", "") };
    writeln!(out, "{on}{}{off}: {}", about.name, about.title)
}

fn write_finding(out: &mut String, finding: &Finding, color: bool) -> fmt::Result {
    writeln!(out, "  {}", printable(&finding.what))?;
    for example in &finding.examples {
        write_example(out, example, color)?;
    }
    match finding.count - finding.examples.len().min(usize::MAX) as u64 {
        0 => Ok(()),
        more => writeln!(out, "\n    and {more} more"),
    }
}

fn write_example(out: &mut String, example: &Example, color: bool) -> fmt::Result {
    writeln!(out, "\n    {}:", printable(&example.what))?;
    // Told in one go, so that a close can say how long its connection lived.
    let mut lines = Lines::new().color(color);
    for quote in &example.lines {
        write!(out, "      line {:<6}", quote.line)?;
        lines.push(&quote.event, out);
    }
    Ok(())
}

fn paragraph(out: &mut String, title: &str, text: &str) -> fmt::Result {
    let first = format!("  {title}: ");
    let options = textwrap::Options::new(WIDTH).initial_indent(&first).subsequent_indent("    ");
    writeln!(out, "\n{}", textwrap::fill(text, options))
}
