//! Several summaries beside each other, and the verdict.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::socket::Role;
use crate::summary::Summary;

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
    /// The traces.
    pub traces: Vec<Summary>,
}

impl Comparison {
    /// Compares traces: those of servers with each other, and those of clients.
    #[must_use]
    pub fn of(traces: Vec<Summary>) -> Self {
        let (differences, skeletons, compared) = compare_roles(&traces);
        let mut doubts: Vec<String> = (traces.iter())
            .flat_map(|trace| trace.doubts.iter().map(|doubt| format!("{}: {doubt}", trace.source)))
            .collect();
        let lacks_calls = traces.iter().flat_map(|trace| &trace.doubts).any(|doubt| doubt.lacks_calls());
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
        let reasons = doubts.into_iter().chain(differences).collect();
        Self { verdict, reasons, skeletons, traces }
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

type Skeletons = BTreeMap<Role, Vec<String>>;

/// The differences, what is common, and whether anything was there to compare.
fn compare_roles(traces: &[Summary]) -> (Vec<String>, Skeletons, bool) {
    let roles: BTreeSet<Role> = traces.iter().flat_map(|trace| trace.skeletons.keys().copied()).collect();
    let (mut differences, mut common, mut compared) = (Vec::new(), Skeletons::new(), false);
    for role in roles {
        let with_role: Vec<&Summary> =
            traces.iter().filter(|trace| trace.skeletons.contains_key(&role)).collect();
        let all: BTreeSet<&String> =
            with_role.iter().flat_map(|trace| trace.skeletons[&role].keys()).collect();
        compared |= with_role.len() > 1;
        let before = differences.len();
        for skeleton in &all {
            for trace in &with_role {
                if !trace.skeletons[&role].contains_key(*skeleton) {
                    differences.push(difference(role, skeleton, trace, &with_role));
                }
            }
        }
        if differences.len() == before {
            common.insert(role, all.into_iter().cloned().collect());
        }
    }
    (differences, common, compared)
}

/// A skeleton that `without` does not have, and an example of one who does.
fn difference(role: Role, skeleton: &str, without: &Summary, all: &[&Summary]) -> String {
    let example = all.iter().find_map(|trace| Some((trace, trace.skeletons[&role].get(skeleton)?)));
    let example = example.map_or_else(String::new, |(trace, seen)| {
        format!(" ({} of them in {}, the first is #{})", seen.sockets, trace.source, seen.first)
    });
    format!("{}: {skeleton}{example} does not occur in {}", role.title(), without.source)
}
