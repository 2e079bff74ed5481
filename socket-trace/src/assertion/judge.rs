//! Checks assertions on the traces of a comparison.

use serde::Serialize;

use super::checks::{TraceResult, clean_ends, max_connections, max_of_calls};
use super::evidence::{Evidence, Selector};
use super::limits::{LimitChecker, MAX_SHOWN};
use super::{Assertion, Measure};
use crate::compare::{Comparison, Verdict};
use crate::summary::Summary;

/// Outcome of an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The assertion holds.
    Held,
    /// It is unknown whether the assertion holds, for example because a trace is incomplete.
    #[serde(rename = "unclear")]
    Inconclusive,
    /// The assertion does not hold.
    Failed,
}

/// Outcome of an assertion, and its violations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// Name of the assertion: `max-connections` for the flag `--max-connections 3`.
    pub assertion: &'static str,
    /// Limit of the assertion: 3 for the flag `--max-connections 3`. A limit on a time is in nanoseconds.
    /// `None` if the assertion has no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Name and limit of the assertion, as shown to the user: `max-connections 3`.
    #[serde(skip)]
    pub title: String,
    /// Outcome of the assertion on all traces.
    pub outcome: Outcome,
    /// Reasons why a trace may hide violations, such as `rest.jsonl: the trace contains no call`.
    #[serde(rename = "doubts")]
    pub reasons: Vec<String>,
    /// The violations to show: at most three of each trace, those with the highest measured values.
    pub findings: Vec<Finding>,
    /// Number of violations, including those that are not in `findings`.
    #[serde(rename = "against")]
    pub violations: u64,
}

/// A violation of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Label of the trace that violates the assertion.
    pub trace: String,
    /// Description of the violation, such as `GET /v1/books/1 on #3 took 5 reads`.
    pub found: String,
    /// The measured value, which exceeds the limit. A time is in nanoseconds. `None` if the assertion has no
    /// limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// The events that prove the violation.
    pub evidence: Evidence,
}

/// Checks all assertions on the traces of `comparison`. `checkers` contains one limit checker for each trace,
/// in the order of the traces. The caller must have passed all API calls of a trace to its checker.
#[must_use]
pub fn judge(assertions: &[Assertion], comparison: &Comparison, checkers: &[LimitChecker]) -> Vec<Judgement> {
    let judged = |assertion: &Assertion| match *assertion {
        Assertion::SamePrimitives => same_primitives(comparison),
        Assertion::CleanEnds => each_trace(*assertion, comparison, checkers, clean_ends),
        Assertion::Max(Measure::Connections, limit) => {
            each_trace(*assertion, comparison, checkers, |trace, _| max_connections(trace, limit))
        }
        Assertion::Max(measure, limit) => each_trace(*assertion, comparison, checkers, |trace, checker| {
            max_of_calls(trace, checker, measure, limit)
        }),
    };
    assertions.iter().map(judged).collect()
}

/// Returns the exit code: 0 if all assertions hold, 1 if at least one fails, else 2 because an outcome is
/// inconclusive.
#[must_use]
pub fn exit_code(judgements: &[Judgement]) -> u8 {
    match judgements.iter().map(|judgement| judgement.outcome).max() {
        None | Some(Outcome::Held) => 0,
        Some(Outcome::Failed) => 1,
        Some(Outcome::Inconclusive) => 2,
    }
}

fn same_primitives(comparison: &Comparison) -> Judgement {
    let mut judgement = Judgement::new(Assertion::SamePrimitives);
    judgement.outcome = match comparison.verdict {
        Verdict::Same => Outcome::Held,
        Verdict::Different => Outcome::Failed,
        Verdict::Inconclusive => Outcome::Inconclusive,
    };
    if comparison.verdict == Verdict::Inconclusive {
        judgement.reasons.clone_from(&comparison.reasons);
        return judgement;
    }
    judgement.violations = comparison.differences.len() as u64;
    for difference in comparison.differences.iter().take(MAX_SHOWN) {
        if let Some(trace) = comparison.traces.get(difference.occurs_in) {
            judgement.findings.push(Finding {
                trace: trace.label.clone(),
                found: difference.describe(&comparison.traces),
                value: None,
                evidence: Evidence::pending(difference.occurs_in, Selector::Socket(difference.seen.first)),
            });
        }
    }
    judgement
}

fn each_trace(
    assertion: Assertion,
    comparison: &Comparison,
    checkers: &[LimitChecker],
    check: impl Fn(&Summary, &LimitChecker) -> TraceResult,
) -> Judgement {
    let mut judgement = Judgement::new(assertion);
    for (index, (trace, checker)) in comparison.traces.iter().zip(checkers).enumerate() {
        let result = check(trace, checker);
        judgement.violations += result.violations;
        let reasons = trace.defects.iter().map(ToString::to_string).chain(result.reasons);
        judgement.reasons.extend(reasons.map(|reason| format!("{}: {reason}", trace.source)));
        judgement.findings.extend(result.findings.into_iter().map(|(found, value, selector)| Finding {
            trace: trace.label.clone(),
            found,
            value,
            evidence: Evidence::pending(index, selector),
        }));
    }
    // Violations are certain even in an incomplete trace: missing events could only add more.
    judgement.outcome = match (judgement.findings.is_empty(), judgement.reasons.is_empty()) {
        (false, _) => Outcome::Failed,
        (true, false) => Outcome::Inconclusive,
        (true, true) => Outcome::Held,
    };
    judgement
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
            reasons: Vec::new(),
            findings: Vec::new(),
            violations: 0,
        }
    }

    /// Returns the evidence of all violations, for [`look_up`](super::evidence::look_up).
    pub fn evidence_mut(&mut self) -> impl Iterator<Item = &mut Evidence> {
        self.findings.iter_mut().map(|finding| &mut finding.evidence)
    }
}
