//! Groups API calls by step or by operation, so that groups with equal names can be compared between traces.

use std::collections::HashSet;

use crate::summary::{ByteBreakdown, CallCost, Operation, Step, Summary, WHOLE_RECORDING};

/// The property by which API calls are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By step: the time from a mark that the program sets to the next mark. A recording without marks is one
    /// step.
    Step,
    /// By operation, such as `GET /v1/books/{}`. Suits recordings of one API before and after a change.
    Operation,
}

/// The API calls of one trace in one step, or with one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// Name of the step or operation, such as `GET /v1/books/{}`.
    pub name: &'a str,
    /// Number of API calls in the group.
    pub calls: u64,
    /// Number of bytes of the API calls, by class (such as headers or payload) and by direction.
    pub bytes: ByteBreakdown,
}

/// Name of the group for bytes that belong to no API call.
const NO_CALL: &str = "(no call)";

impl Grouping {
    /// Returns the grouping that suits the traces: by operation if no trace has steps and at least one
    /// operation occurs in all traces, else by step.
    #[must_use]
    pub fn suited_to(traces: &[&Summary]) -> Self {
        let has_steps =
            traces.iter().any(|trace| trace.steps.iter().any(|step| step.name != WHOLE_RECORDING));
        if !has_steps && share_an_operation(traces) { Self::Operation } else { Self::Step }
    }

    /// Returns the name of the grouping: `step` or `operation`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Operation => "operation",
        }
    }

    /// Returns the name of each group, and the cost of its API calls.
    #[must_use]
    pub fn call_costs(self, trace: &Summary) -> Vec<(&str, &CallCost)> {
        match self {
            Self::Step => trace.steps.iter().map(|step| (step.name.as_str(), &step.calls)).collect(),
            Self::Operation => {
                trace.operations.iter().map(|operation| (operation.name.as_str(), &operation.calls)).collect()
            }
        }
    }

    /// Returns the groups of API calls in a trace that contains payload. Each byte is counted in exactly one
    /// group. Connections that a server opened to other servers are not included: see
    /// [`upstream_groups`](Self::upstream_groups).
    #[must_use]
    pub fn groups(self, trace: &Summary) -> Vec<Group<'_>> {
        self.groups_of(&trace.steps, &trace.operations)
    }

    /// Returns the groups of API calls on the connections that a server opened to other servers, such as the
    /// statements that it sent to a database.
    #[must_use]
    pub fn upstream_groups(self, trace: &Summary) -> Vec<Group<'_>> {
        let upstream = trace.upstream.as_ref();
        upstream.map_or_else(Vec::new, |upstream| self.groups_of(&upstream.steps, &upstream.operations))
    }

    fn groups_of<'a>(self, steps: &'a [Step], operations: &'a [Operation]) -> Vec<Group<'a>> {
        match self {
            Self::Step => {
                let group = |(name, calls, bytes)| Group { name, calls, bytes };
                let steps =
                    steps.iter().filter_map(|step| Some((&*step.name, step.calls.count(), step.bytes?)));
                steps.map(group).collect()
            }
            Self::Operation => {
                let groups = operations.iter().map(|Operation { name, calls, .. }| Group {
                    name,
                    calls: calls.count(),
                    bytes: calls.bytes(),
                });
                groups.chain(bytes_without_call(steps, operations)).collect()
            }
        }
    }
}

/// Returns the group of the bytes that belong to no API call, such as an HTTP/2 preface. `None` if there are
/// none.
fn bytes_without_call<'a>(steps: &[Step], operations: &[Operation]) -> Option<Group<'a>> {
    let (mut all, mut of_calls) = (ByteBreakdown::default(), ByteBreakdown::default());
    steps.iter().filter_map(|step| step.bytes).for_each(|bytes| all.add_all(&bytes));
    operations.iter().for_each(|operation| of_calls.add_all(&operation.calls.bytes()));
    let bytes = all.without(&of_calls);
    (bytes != ByteBreakdown::default()).then_some(Group { name: NO_CALL, calls: 0, bytes })
}

/// Returns `true` if at least one operation occurs in all traces, as in recordings of the same API.
#[must_use]
pub fn share_an_operation(traces: &[&Summary]) -> bool {
    let Some((first, others)) = traces.split_first() else { return false };
    let has = |trace: &Summary, name: &str| trace.operations.iter().any(|operation| operation.name == name);
    first.operations.iter().any(|operation| others.iter().all(|other| has(other, &operation.name)))
}

/// Returns each name once, in order of first occurrence.
pub(crate) fn unique_in_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).collect()
}
