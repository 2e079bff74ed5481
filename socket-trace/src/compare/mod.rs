//! Several summaries beside each other, and the verdict.
//!
//! # Layout
//!
//! - [`Comparison`]: the verdict, and what it rests on
//! - [`primitives`]: what the sockets of each kind do, in all traces or only in some
//! - `labels`: names by which traces are told apart
//! - [`align`]: what of one trace stands beside what of another

pub mod grouping;
mod labels;
pub mod primitives;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::summary::Role;
use crate::summary::Summary;
use primitives::{Difference, Primitives};

/// Whether the traces show the same socket primitives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// They do.
    Same,
    /// They do not.
    Different,
    /// The traces do not allow to say.
    Unclear,
}

impl Verdict {
    /// As an exit code: 0, 1, 2.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Same => 0,
            Self::Different => 1,
            Self::Unclear => 2,
        }
    }
}

/// The comparison of several traces.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Whether they show the same socket primitives.
    pub verdict: Verdict,
    /// Why not, or why that cannot be said.
    pub reasons: Vec<String>,
    /// What each kind of socket does, when it does the same in all.
    pub skeletons: BTreeMap<Role, Vec<String>>,
    /// The differences that there are.
    pub differences: Vec<Difference>,
    /// The traces, in the order in which they were given.
    pub traces: Vec<Summary>,
}

impl Comparison {
    /// Compares traces: those of servers with each other, and those of clients.
    #[must_use]
    pub fn of(mut traces: Vec<Summary>) -> Self {
        labels::tell_apart(&mut traces);
        let Primitives { differences, common: skeletons, compared } = Primitives::of(&traces);
        let mut doubts: Vec<String> = (traces.iter())
            .flat_map(|trace| trace.defects.iter().map(|doubt| format!("{}: {doubt}", trace.source)))
            .collect();
        let lacks_calls =
            traces.iter().flat_map(|trace| &trace.defects).any(|defect| defect.may_lack_calls());
        if !compared && differences.is_empty() {
            doubts.push(nothing_to_compare(&traces));
        }
        let verdict = match (differences.is_empty(), doubts.is_empty()) {
            // What is cut or lossy lacks calls, so a difference would prove nothing. A trace that is whole but for
            // lines that someone took out still shows one.
            (false, _) if !lacks_calls => Verdict::Different,
            (true, true) => Verdict::Same,
            _ => Verdict::Unclear,
        };
        let described = differences.iter().map(|difference| difference.describe(&traces));
        let reasons = doubts.into_iter().chain(described).collect();
        Self { verdict, reasons, skeletons, differences, traces }
    }
}

fn nothing_to_compare(traces: &[Summary]) -> String {
    match traces {
        [one] => format!("there is nothing to compare {} with: give two traces or more", one.source),
        _ => "no two of the traces have the same kind of socket: compare servers with servers, and clients with \
              clients"
            .to_owned(),
    }
}
