//! What the sockets of each kind do, in all traces or only in some.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::summary::{Role, SocketGroup, Summary};

/// What a comparison of skeletons comes to.
#[derive(Debug)]
pub(super) struct Primitives {
    pub(super) differences: Vec<Difference>,
    /// What each kind of socket does, when it does the same in all.
    pub(super) common: BTreeMap<Role, Vec<String>>,
    /// Whether anything was there to compare.
    pub(super) compared: bool,
}

/// A skeleton that sockets of one trace have, and none of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What the sockets are for.
    pub role: Role,
    /// The skeleton.
    pub skeleton: String,
    /// Which of the traces has it.
    pub occurs_in: usize,
    /// How many of its sockets do, and which is the first.
    pub seen: SocketGroup,
    /// Which of the traces has none.
    pub lacks_in: usize,
}

impl Difference {
    /// In words; `traces` are those that were compared.
    #[must_use]
    pub fn describe(&self, traces: &[Summary]) -> String {
        let source = |index: usize| traces.get(index).map_or("?", |trace| &trace.source);
        let Self { role, skeleton, occurs_in, seen, lacks_in } = self;
        format!(
            "{}: {skeleton} ({} of them in {}, the first is #{}) does not occur in {}",
            role.title(),
            seen.sockets,
            source(*occurs_in),
            seen.first,
            source(*lacks_in)
        )
    }
}

impl Primitives {
    /// Compares the traces that have sockets of a kind, for each kind.
    pub(super) fn of(traces: &[Summary]) -> Self {
        let roles: BTreeSet<Role> =
            traces.iter().flat_map(|trace| trace.call_patterns.keys().copied()).collect();
        let (mut differences, mut common, mut compared) = (Vec::new(), BTreeMap::new(), false);
        for role in roles {
            let with_role: Vec<_> = (traces.iter().enumerate())
                .filter_map(|(index, trace)| Some((index, trace.call_patterns.get(&role)?)))
                .collect();
            compared |= with_role.len() > 1;
            let all: BTreeSet<&String> =
                with_role.iter().flat_map(|(_, skeletons)| skeletons.keys()).collect();
            let of_role: Vec<_> =
                all.iter().flat_map(|skeleton| differences_in(role, skeleton, &with_role)).collect();
            if of_role.is_empty() {
                common.insert(role, all.into_iter().cloned().collect());
            }
            differences.extend(of_role);
        }
        Self { differences, common, compared }
    }
}

/// A trace's index, and its skeletons of one role.
type WithRole<'a> = (usize, &'a BTreeMap<String, SocketGroup>);

/// The traces that lack a skeleton, each with an example of one that has it.
fn differences_in(role: Role, skeleton: &str, all: &[WithRole<'_>]) -> Vec<Difference> {
    let example = all.iter().find_map(|(index, skeletons)| Some((*index, *skeletons.get(skeleton)?)));
    let Some((occurs_in, seen)) = example else { return Vec::new() };
    let lacking = all.iter().filter(|(_, skeletons)| !skeletons.contains_key(skeleton));
    let difference = |(lacks_in, _): &WithRole<'_>| {
        let skeleton = skeleton.to_owned();
        Difference { role, skeleton, occurs_in, seen, lacks_in: *lacks_in }
    };
    lacking.map(difference).collect()
}
