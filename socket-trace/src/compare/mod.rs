//! Comparison of several traces, and its verdict.
//!
//! # Layout
//!
//! - [`Comparison`]: the verdict with its reasons, and the totals of each trace
//! - [`primitives`]: finds the call patterns that occur in all traces, or only in some
//! - `labels`: gives each trace a label that no other trace has
//! - `grouping`: groups API calls by step or by operation

pub mod grouping;
mod labels;
pub mod primitives;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::summary::Role;
use crate::summary::Summary;
use primitives::{Difference, Primitives};

/// Verdict on the call patterns of several traces. A call pattern is the order of a socket's calls, with
/// repeated reads and writes listed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All traces show the same call patterns.
    Same,
    /// A call pattern occurs in one trace and not in another.
    Different,
    /// The traces are incomplete or have nothing in common, so no verdict is possible.
    #[serde(rename = "unclear")]
    Inconclusive,
}

impl Verdict {
    /// Returns the exit code of `socket-trace compare`: 0 for same, 1 for different, 2 for inconclusive.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Same => 0,
            Self::Different => 1,
            Self::Inconclusive => 2,
        }
    }
}

/// Result of comparing several traces.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The verdict on all traces.
    pub verdict: Verdict,
    /// Reasons for a verdict other than [`Same`](Verdict::Same).
    pub reasons: Vec<String>,
    /// Call patterns by role of their sockets, such as listener. Contains only roles for which all traces with
    /// such sockets show the same call patterns.
    pub skeletons: BTreeMap<Role, Vec<String>>,
    /// Call patterns that occur in one trace and not in another.
    pub differences: Vec<Difference>,
    /// The compared traces, in the given order.
    pub traces: Vec<Summary>,
}

impl Comparison {
    /// Compares the traces recorded by servers with each other, and the traces recorded by clients with each
    /// other.
    #[must_use]
    pub fn of(mut traces: Vec<Summary>) -> Self {
        labels::assign_unique(&mut traces);
        let Primitives { differences, common: skeletons, compared } = Primitives::of(&traces);
        let mut missing: Vec<String> = (traces.iter())
            .flat_map(|trace| trace.defects.iter().map(|defect| format!("{}: {defect}", trace.source)))
            .collect();
        let lacks_calls =
            traces.iter().flat_map(|trace| &trace.defects).any(|defect| defect.may_lack_calls());
        if !compared && differences.is_empty() {
            missing.push(nothing_to_compare(&traces));
        }
        let verdict = match (differences.is_empty(), missing.is_empty()) {
            // A truncated or lossy trace lacks calls, so a difference proves nothing. An edited trace whose calls are
            // otherwise complete still proves one.
            (false, _) if !lacks_calls => Verdict::Different,
            (true, true) => Verdict::Same,
            _ => Verdict::Inconclusive,
        };
        let described = differences.iter().map(|difference| difference.describe(&traces));
        let reasons = missing.into_iter().chain(described).collect();
        Self { verdict, reasons, skeletons, differences, traces }
    }
}

fn nothing_to_compare(traces: &[Summary]) -> String {
    match traces {
        [Summary { source, .. }] => {
            format!("{source} cannot be compared with itself: give two or more traces")
        }
        _ => "no two of the traces have the same kind of socket: compare servers with servers, and clients with \
              clients"
            .to_owned(),
    }
}
