//! Checks one trace against an assertion.

use std::cmp::Reverse;

use super::Measure;
use super::evidence::Selector;
use super::limits::{ExceedingCall, LimitChecker, MAX_SHOWN};
use crate::summary::{Step, Summary, WHOLE_RECORDING};

/// Result of checking one trace against an assertion.
#[derive(Default)]
pub(super) struct TraceResult {
    pub(super) violations: u64,
    /// The violations to show, each as a tuple: a description such as `step "load": 3 connections opened`, the
    /// measured value such as 3 (`None` if the assertion has no limit), and a selector of the events that prove
    /// the violation.
    pub(super) findings: Vec<(String, Option<u64>, Selector)>,
    /// Reasons why the trace may hide further violations, such as payload that was not recorded.
    pub(super) reasons: Vec<String>,
}

pub(super) fn clean_ends(trace: &Summary, _: &LimitChecker) -> TraceResult {
    let Some(seen) = trace.unclean else { return TraceResult::default() };
    let found = match seen.sockets {
        1 => format!("#{} did not end cleanly", seen.first),
        sockets => format!("{sockets} connections did not end cleanly, first #{}", seen.first),
    };
    TraceResult {
        violations: seen.sockets,
        findings: vec![(found, None, Selector::Socket(seen.first))],
        ..TraceResult::default()
    }
}

pub(super) fn max_connections(trace: &Summary, limit: u64) -> TraceResult {
    let mut over: Vec<&Step> = trace.steps.iter().filter(|step| step.connections > limit).collect();
    over.sort_by_key(|step| Reverse(step.connections));
    let finding = |step: &&Step| {
        let found =
            format!("{}{} opened", in_step(&step.name), Measure::Connections.format(step.connections));
        (found, Some(step.connections), Selector::Opened { step: step.name.clone(), beyond: limit })
    };
    let findings = over.iter().take(MAX_SHOWN).map(finding).collect();
    TraceResult { violations: over.len() as u64, findings, ..TraceResult::default() }
}

pub(super) fn max_of_calls(
    trace: &Summary,
    checker: &LimitChecker,
    measure: Measure,
    limit: u64,
) -> TraceResult {
    let mut result = TraceResult::default();
    if let Some(exceeded) = checker.exceeded(measure, limit) {
        result.violations = exceeded.count;
        result.findings = exceeded.worst.iter().map(|call| violation(call, measure)).collect();
    }
    result.reasons.extend(reason_for_further_calls(trace, checker.calls));
    result
}

/// Returns a reason why the program may have made API calls that the trace does not show; `None` if there is
/// none. `calls` is the number of API calls that the trace shows.
fn reason_for_further_calls(trace: &Summary, calls: u64) -> Option<String> {
    if !trace.payload {
        return Some(
            "the recording has no payload, so its calls are unknown; record with --capture 16384".to_owned(),
        );
    }
    if trace.unknown > 0 {
        return Some(format!(
            "calls may be missing: {} B are encrypted, not recorded (see --capture), or of an unknown protocol",
            trace.unknown
        ));
    }
    (calls == 0).then(|| "the trace contains no call".to_owned())
}

fn violation(call: &ExceedingCall, measure: Measure) -> (String, Option<u64>, Selector) {
    let ExceedingCall { value, step, operation, sock, number } = call;
    let took = if measure == Measure::FirstByte { "got its first byte after" } else { "took" };
    let shown = measure.format(*value);
    let found = format!("{}{operation} on #{sock} {took} {shown}", in_step(step));
    (found, Some(*value), Selector::Call { sock: *sock, number: *number })
}

fn in_step(step: &str) -> String {
    if step == WHOLE_RECORDING { String::new() } else { format!("step \"{step}\": ") }
}
