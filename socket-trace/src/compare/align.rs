//! What of one trace stands beside what of another: its steps, or its operations.

use std::collections::HashSet;

use clap::ValueEnum;

use crate::calls::Cost;
use crate::spent::Spent;
use crate::step::WHOLE;
use crate::summary::Summary;

/// By what traces are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// By steps, which programs name with marks; a recording without is one
    Step,
    /// By what is called, such as GET /v1/books/{}: recordings of one API, before and after a change
    Operation,
}

/// What of a trace has a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<'a> {
    /// The name of the step or operation.
    pub name: &'a str,
    /// How many calls.
    pub calls: u64,
    /// What its bytes were spent on.
    pub spent: Spent,
}

/// What belongs to no operation.
const NO_CALL: &str = "(no call)";

impl By {
    /// What fits the traces: steps when there are any. Else operations when there is one that occurs in all traces.
    #[must_use]
    pub fn fitting(traces: &[&Summary]) -> Self {
        let has_steps = traces.iter().any(|trace| trace.steps.iter().any(|step| step.name != WHOLE));
        if !has_steps && share_an_operation(traces) { Self::Operation } else { Self::Step }
    }

    /// What traces are aligned by: `step`, `operation`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Operation => "operation",
        }
    }

    /// What the calls of each step or operation cost.
    #[must_use]
    pub fn costs(self, trace: &Summary) -> Vec<(&str, &Cost)> {
        match self {
            Self::Step => trace.steps.iter().map(|step| (step.name.as_str(), &step.calls)).collect(),
            Self::Operation => {
                trace.operations.iter().map(|operation| (operation.name.as_str(), &operation.calls)).collect()
            }
        }
    }

    /// What the bytes of each step or operation were spent on: together all bytes of a trace with payload.
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

/// What connections that carried no call were spent on.
fn of_no_call(trace: &Summary) -> Option<Slice<'_>> {
    let (mut all, mut of_calls) = (Spent::default(), Spent::default());
    trace.steps.iter().filter_map(|step| step.spent).for_each(|spent| all.add_all(&spent));
    trace.operations.iter().for_each(|operation| of_calls.add_all(&operation.calls.spent()));
    let spent = all.without(&of_calls);
    (spent != Spent::default()).then_some(Slice { name: NO_CALL, calls: 0, spent })
}

/// Whether some operation occurs in all traces: then they are of the same API.
#[must_use]
pub fn share_an_operation(traces: &[&Summary]) -> bool {
    let Some((first, others)) = traces.split_first() else { return false };
    let has = |trace: &Summary, name: &str| trace.operations.iter().any(|operation| operation.name == name);
    first.operations.iter().any(|operation| others.iter().all(|other| has(other, &operation.name)))
}

/// Each name once, in the order in which it comes first.
pub(crate) fn in_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).collect()
}
