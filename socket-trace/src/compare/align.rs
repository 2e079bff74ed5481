//! Alignment of traces by step or by operation.

use std::collections::HashSet;

use clap::ValueEnum;

use crate::calls::Cost;
use crate::spent::Spent;
use crate::step::WHOLE;
use crate::summary::Summary;

/// The unit by which traces are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// By steps, which programs name with marks; a recording without marks is one step
    Step,
    /// By called operation, such as GET /v1/books/{}: recordings of one API, before and after a change
    Operation,
}

/// A named part of a trace: a step or an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<'a> {
    /// The name of the step or operation.
    pub name: &'a str,
    /// Number of calls.
    pub calls: u64,
    /// Byte breakdown of the part.
    pub spent: Spent,
}

/// Name of the slice for bytes that belong to no operation.
const NO_CALL: &str = "(no call)";

impl By {
    /// Chooses by step if any trace has steps; else by operation if all traces share one.
    #[must_use]
    pub fn fitting(traces: &[&Summary]) -> Self {
        let has_steps = traces.iter().any(|trace| trace.steps.iter().any(|step| step.name != WHOLE));
        if !has_steps && share_an_operation(traces) { Self::Operation } else { Self::Step }
    }

    /// Returns `step` or `operation`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Operation => "operation",
        }
    }

    /// Returns the call cost of each step or operation.
    #[must_use]
    pub fn costs(self, trace: &Summary) -> Vec<(&str, &Cost)> {
        match self {
            Self::Step => trace.steps.iter().map(|step| (step.name.as_str(), &step.calls)).collect(),
            Self::Operation => {
                trace.operations.iter().map(|operation| (operation.name.as_str(), &operation.calls)).collect()
            }
        }
    }

    /// Returns a slice for each step or operation. Together they hold all bytes of a trace with payload.
    #[must_use]
    pub fn slices(self, trace: &Summary) -> Vec<Slice<'_>> {
        match self {
            Self::Step => {
                let slice = |(name, calls, spent)| Slice { name, calls, spent };
                let steps = trace
                    .steps
                    .iter()
                    .filter_map(|step| Some((&*step.name, step.calls.count(), step.spent?)));
                steps.map(slice).collect()
            }
            Self::Operation => {
                let slice =
                    |(name, cost): (_, &Cost)| Slice { name, calls: cost.count(), spent: cost.spent() };
                let mut slices: Vec<_> = self.costs(trace).into_iter().map(slice).collect();
                slices.extend(of_no_call(trace));
                slices
            }
        }
    }
}

/// Returns the bytes of connections that carried no call.
fn of_no_call(trace: &Summary) -> Option<Slice<'_>> {
    let (mut all, mut of_calls) = (Spent::default(), Spent::default());
    trace.steps.iter().filter_map(|step| step.spent).for_each(|spent| all.add_all(&spent));
    trace.operations.iter().for_each(|operation| of_calls.add_all(&operation.calls.spent()));
    let spent = all.without(&of_calls);
    (spent != Spent::default()).then_some(Slice { name: NO_CALL, calls: 0, spent })
}

/// Returns `true` if some operation occurs in all traces, so that they are of the same API.
#[must_use]
pub fn share_an_operation(traces: &[&Summary]) -> bool {
    let Some((first, others)) = traces.split_first() else { return false };
    let has = |trace: &Summary, name: &str| trace.operations.iter().any(|operation| operation.name == name);
    first.operations.iter().any(|operation| others.iter().all(|other| has(other, &operation.name)))
}

/// Returns each name once, in order of first occurrence.
pub(crate) fn in_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).collect()
}
