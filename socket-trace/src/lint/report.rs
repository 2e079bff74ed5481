//! Reports all findings in one trace.

use serde::Serialize;

use super::finding::Finding;
use super::rule::{EndState, Requirement, Rule, RuleInfo};
use super::socket::MAX_SOCKETS;
use crate::reader::{Ending, Trace};
use crate::summary::{Defect, RecordingState, defects};
use crate::units::plural;

/// The findings of all lint rules in one trace.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Path of the trace file, or `-` for standard input.
    pub trace: String,
    /// Number of events in the trace.
    pub events: u64,
    /// Findings, in the order of [`rules`](super::rules).
    pub findings: Vec<Finding>,
    /// Rules that could not be checked on this trace.
    #[serde(rename = "left_out")]
    pub skipped: Vec<SkippedRule>,
    /// Descriptions of the rules with findings.
    pub rules: Vec<&'static RuleInfo>,
}

/// A rule that could not be checked.
#[derive(Debug, Serialize)]
pub struct SkippedRule {
    /// Name of the rule that could not be checked.
    pub rule: &'static str,
    /// Reason why the rule could not be checked, such as a truncated trace.
    #[serde(rename = "because")]
    pub reason: String,
}

impl Report {
    /// Returns the exit code: 1 if there are findings, else 2 if a rule was skipped, else 0.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match (self.findings.is_empty(), self.skipped.is_empty()) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    /// Builds the report, after all events of the trace have been read.
    pub(super) fn of(trace: &Trace, rules: &mut [Box<dyn Rule>], end: &EndState<'_>, lost: u64) -> Self {
        let deficits = deficits(trace, lost);
        let mut report = Self {
            trace: trace.source().to_owned(),
            events: trace.events(),
            findings: Vec::new(),
            skipped: Vec::new(),
            rules: Vec::new(),
        };
        for rule in rules {
            let info = rule.info();
            if let Some((_, reason)) = deficits.iter().find(|(missing, _)| info.requires.includes(*missing)) {
                report.skipped.push(SkippedRule { rule: info.name, reason: reason.clone() });
                continue;
            }
            let findings = rule.finish(end);
            if findings.is_empty() && end.sockets.ignored() > 0 {
                let reason = format!(
                    "more than {MAX_SOCKETS} sockets were open at a time; not checked: {} of further ones",
                    plural(end.sockets.ignored(), "event")
                );
                report.skipped.push(SkippedRule { rule: info.name, reason });
            }
            if !findings.is_empty() {
                report.rules.push(info);
                report.findings.extend(findings);
            }
        }
        report
    }
}

/// Returns each requirement that the trace does not meet, with the reason, such as a missing end line.
fn deficits(trace: &Trace, lost: u64) -> Vec<(Requirement, String)> {
    let mut deficits: Vec<(Requirement, String)> = (defects(trace, lost, RecordingState::Finished)
        .into_iter())
    .filter_map(|defect| match defect {
        Defect::Lossy { .. } | Defect::Edited { .. } | Defect::TextAfterEnd { .. } => {
            Some((Requirement::EveryEvent, defect.to_string()))
        }
        Defect::CutShort { .. } => Some((Requirement::RecordingEnd, defect.to_string())),
        // A recording that starts late hides no event between its first and its last.
        Defect::Part => None,
    })
    .collect();
    if matches!(trace.ending(), Ending::Complete(end) if end.continued) {
        deficits.push((Requirement::RecordingEnd, "the recording continues in another file".to_owned()));
    }
    deficits
}

impl Requirement {
    /// Returns `true` if a trace that does not meet `missing` does not meet this requirement either:
    /// `RecordingEnd` includes `EveryEvent`.
    fn includes(self, missing: Self) -> bool {
        match self {
            Self::Nothing => false,
            Self::EveryEvent => missing == Self::EveryEvent,
            Self::RecordingEnd => true,
        }
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
