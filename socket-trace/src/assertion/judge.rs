//! Whether an assertion holds, and what is against it.

use std::cmp::Reverse;

use serde::Serialize;

use super::evidence::{Evidence, LookFor};
use super::watch::{MOST, OverCall, Watch};
use super::{Assertion, Measure};
use crate::compare::{Comparison, Verdict};
use crate::summary::Summary;
use crate::summary::{Step, WHOLE_RECORDING};

/// Whether an assertion holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It does.
    Held,
    /// The traces do not allow to say.
    Unclear,
    /// It does not.
    Failed,
}

/// What became of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Its name, as on the command line.
    pub assertion: &'static str,
    /// Its limit; in nanoseconds for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Its name and its limit, for the eye.
    #[serde(skip)]
    pub title: String,
    /// Whether it holds.
    pub outcome: Outcome,
    /// Why that cannot be said.
    pub doubts: Vec<String>,
    /// What is against it.
    pub findings: Vec<Finding>,
    /// How many calls or steps are against it; more than there are findings when only the worst are shown.
    pub against: u64,
}

/// Something that is against an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What the trace is called.
    pub trace: String,
    /// What was found.
    pub found: String,
    /// How much it was, where there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// The events that show it.
    pub evidence: Evidence,
}

/// Judges the assertions: `watches` are what was seen of the calls of each trace.
#[must_use]
pub fn judge(assertions: &[Assertion], comparison: &Comparison, watches: &[Watch]) -> Vec<Judgement> {
    let judged = |assertion: &Assertion| match *assertion {
        Assertion::SamePrimitives => same_primitives(comparison),
        Assertion::CleanEnds => each_trace(*assertion, comparison, watches, clean_ends),
        Assertion::Max(Measure::Connections, limit) => {
            each_trace(*assertion, comparison, watches, |trace, _| max_connections(trace, limit))
        }
        Assertion::Max(measure, limit) => each_trace(*assertion, comparison, watches, |trace, watch| {
            max_of_calls(trace, watch, measure, limit)
        }),
    };
    assertions.iter().map(judged).collect()
}

/// As an exit code: 0 when all hold, 1 when one does not, 2 when that cannot be told.
#[must_use]
pub fn exit_code(judgements: &[Judgement]) -> u8 {
    match judgements.iter().map(|judgement| judgement.outcome).max() {
        None | Some(Outcome::Held) => 0,
        Some(Outcome::Failed) => 1,
        Some(Outcome::Unclear) => 2,
    }
}

fn same_primitives(comparison: &Comparison) -> Judgement {
    let mut judgement = Judgement::new(Assertion::SamePrimitives);
    judgement.outcome = match comparison.verdict {
        Verdict::Same => Outcome::Held,
        Verdict::Different => Outcome::Failed,
        Verdict::Unclear => Outcome::Unclear,
    };
    if comparison.verdict == Verdict::Unclear {
        judgement.doubts.clone_from(&comparison.reasons);
        return judgement;
    }
    judgement.against = comparison.differences.len() as u64;
    for difference in comparison.differences.iter().take(MOST) {
        if let Some(trace) = comparison.traces.get(difference.occurs_in) {
            judgement.findings.push(Finding {
                trace: trace.label.clone(),
                found: difference.describe(&comparison.traces),
                value: None,
                evidence: Evidence::wanted(difference.occurs_in, LookFor::Socket(difference.seen.first)),
            });
        }
    }
    judgement
}

/// What one trace says.
#[derive(Default)]
struct Said {
    against: u64,
    /// What was found, how much it was, and what shows it.
    findings: Vec<(String, Option<u64>, LookFor)>,
    /// Why nothing found would prove nothing.
    doubts: Vec<String>,
}

fn each_trace(
    assertion: Assertion,
    comparison: &Comparison,
    watches: &[Watch],
    say: impl Fn(&Summary, &Watch) -> Said,
) -> Judgement {
    let mut judgement = Judgement::new(assertion);
    for (index, (trace, watch)) in comparison.traces.iter().zip(watches).enumerate() {
        let said = say(trace, watch);
        judgement.against += said.against;
        let doubts = trace.defects.iter().map(ToString::to_string).chain(said.doubts);
        judgement.doubts.extend(doubts.map(|doubt| format!("{}: {doubt}", trace.source)));
        judgement.findings.extend(said.findings.into_iter().map(|(found, value, look_for)| Finding {
            trace: trace.label.clone(),
            found,
            value,
            evidence: Evidence::wanted(index, look_for),
        }));
    }
    // What is missing in a trace could only add to what was found.
    judgement.outcome = match (judgement.findings.is_empty(), judgement.doubts.is_empty()) {
        (false, _) => Outcome::Failed,
        (true, false) => Outcome::Unclear,
        (true, true) => Outcome::Held,
    };
    judgement
}

fn clean_ends(trace: &Summary, _: &Watch) -> Said {
    let Some(seen) = trace.unclean else { return Said::default() };
    let found = match seen.sockets {
        1 => format!("#{} did not end cleanly", seen.first),
        sockets => format!("{sockets} connections did not end cleanly, the first is #{}", seen.first),
    };
    Said {
        against: seen.sockets,
        findings: vec![(found, None, LookFor::Socket(seen.first))],
        ..Said::default()
    }
}

fn max_connections(trace: &Summary, limit: u64) -> Said {
    let mut over: Vec<&Step> = trace.steps.iter().filter(|step| step.connections > limit).collect();
    over.sort_by_key(|step| Reverse(step.connections));
    let finding = |step: &&Step| {
        let found = format!("{}{} opened", in_step(&step.name), Measure::Connections.shown(step.connections));
        (found, Some(step.connections), LookFor::Opened { step: step.name.clone(), beyond: limit })
    };
    let findings = over.iter().take(MOST).map(finding).collect();
    Said { against: over.len() as u64, findings, ..Said::default() }
}

fn max_of_calls(trace: &Summary, watch: &Watch, measure: Measure, limit: u64) -> Said {
    let mut said = Said::default();
    if let Some(over) = watch.over(measure, limit) {
        said.against = over.count;
        said.findings = over.worst.iter().map(|call| found(call, measure)).collect();
    }
    said.doubts.extend(doubt_of_calls(trace, watch.calls));
    said
}

/// Why more calls may be in a trace than these.
fn doubt_of_calls(trace: &Summary, calls: u64) -> Option<String> {
    if !trace.payload {
        return Some(
            "it was recorded without payload, which calls are in: record with --capture 16384".to_owned(),
        );
    }
    if trace.unknown > 0 {
        return Some(format!(
            "calls may be in {} B that are not known: encrypted, of a protocol that is none of ours, or not recorded (--capture)",
            trace.unknown
        ));
    }
    (calls == 0).then(|| "there is no call in it".to_owned())
}

fn found(call: &OverCall, measure: Measure) -> (String, Option<u64>, LookFor) {
    let OverCall { value, step, operation, sock, number } = call;
    let took = if measure == Measure::FirstByte { "was answered after" } else { "took" };
    let shown = measure.shown(*value);
    let found = format!("{}{operation} on #{sock} {took} {shown}", in_step(step));
    (found, Some(*value), LookFor::Call { sock: *sock, number: *number })
}

fn in_step(step: &str) -> String {
    if step == WHOLE_RECORDING { String::new() } else { format!("step \"{step}\": ") }
}

impl Judgement {
    fn new(assertion: Assertion) -> Self {
        let title = match assertion {
            Assertion::Max(measure, limit) => format!("{} {}", assertion.name(), measure.limit(limit)),
            Assertion::SamePrimitives | Assertion::CleanEnds => assertion.name().to_owned(),
        };
        Self {
            assertion: assertion.name(),
            limit: assertion.limit(),
            title,
            outcome: Outcome::Held,
            doubts: Vec::new(),
            findings: Vec::new(),
            against: 0,
        }
    }

    /// Returns the evidence of the findings, to be looked up.
    pub fn evidence_mut(&mut self) -> impl Iterator<Item = &mut Evidence> {
        self.findings.iter_mut().map(|finding| &mut finding.evidence)
    }
}
