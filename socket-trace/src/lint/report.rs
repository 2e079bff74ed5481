//! What a trace comes to.

use serde::Serialize;

use super::finding::Finding;
use super::rule::{About, AtEnd, Needs, Rule};
use crate::reader::{Ending, Trace};
use crate::summary::{Defect, RecordingState, defects};

/// What the rules have found in one trace.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where the trace was read from.
    pub trace: String,
    /// Events that were looked at.
    pub events: u64,
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Rules that say nothing about this trace, found or not.
    pub left_out: Vec<LeftOut>,
    /// What was found, explained: the rules that have findings.
    pub rules: Vec<&'static About>,
}

/// A rule that could not be asked.
#[derive(Debug, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub rule: &'static str,
    /// What is wrong with the trace.
    pub because: String,
}

impl Report {
    /// As an exit code: 1 with findings; without, 2 when a rule was left out, and 0 when none was.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match (self.findings.is_empty(), self.left_out.is_empty()) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    /// Once everything is read.
    pub(super) fn of(trace: &Trace, rules: &mut [Box<dyn Rule>], end: &AtEnd<'_>, lost: u64) -> Self {
        let lacks = lacks(trace, lost);
        let mut report = Self {
            trace: trace.source().to_owned(),
            events: trace.events(),
            findings: Vec::new(),
            left_out: Vec::new(),
            rules: Vec::new(),
        };
        for rule in rules {
            let about = rule.about();
            if let Some((_, because)) = lacks.iter().find(|(needs, _)| lacking(about.needs, *needs)) {
                report.left_out.push(LeftOut { rule: about.name, because: because.clone() });
                continue;
            }
            let findings = rule.finish(end);
            if !findings.is_empty() {
                report.rules.push(about);
                report.findings.extend(findings);
            }
        }
        report
    }
}

/// What a trace lacks, and why.
fn lacks(trace: &Trace, lost: u64) -> Vec<(Needs, String)> {
    let mut lacks: Vec<(Needs, String)> = (defects(trace, lost, RecordingState::Finished).into_iter())
        .filter_map(|defect| match defect {
            Defect::Lossy { .. } | Defect::Edited { .. } | Defect::TextAfterEnd { .. } => {
                Some((Needs::EveryEvent, defect.to_string()))
            }
            Defect::CutShort { .. } => Some((Needs::TheEnd, defect.to_string())),
            // A rule speaks of what it has seen; what began before, it leaves alone.
            Defect::Part => None,
        })
        .collect();
    if matches!(trace.ending(), Ending::Complete(end) if end.continued) {
        lacks.push((Needs::TheEnd, "the recording goes on in another file".to_owned()));
    }
    lacks
}

/// Whether a rule with those needs cannot do without what is lacking.
fn lacking(needs: Needs, lack: Needs) -> bool {
    match needs {
        Needs::Nothing => false,
        Needs::EveryEvent => lack == Needs::EveryEvent,
        Needs::TheEnd => true,
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
