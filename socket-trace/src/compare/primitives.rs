//! Compares the call patterns of traces.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::summary::{Role, SocketGroup, Summary};

/// Result of comparing the call patterns of all traces.
#[derive(Debug)]
pub(super) struct Primitives {
    pub(super) differences: Vec<Difference>,
    /// Call patterns by role of their sockets, such as listener. Contains only roles for which all traces with
    /// such sockets show the same call patterns.
    pub(super) common: BTreeMap<Role, Vec<String>>,
    /// `true` if at least two traces have sockets of the same role.
    pub(super) compared: bool,
}

/// A call pattern that occurs in one trace and not in another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Role of the sockets that show the pattern, such as listener or client connection.
    pub role: Role,
    /// The call pattern that one of the traces lacks, such as `socket → connect → write → read → close`.
    pub skeleton: String,
    /// Index of a trace that has the pattern, among the compared traces.
    pub occurs_in: usize,
    /// The sockets that show the pattern in the trace that has it: their number, and the first of them.
    pub seen: SocketGroup,
    /// Index of the trace that lacks the pattern, among the compared traces.
    pub lacks_in: usize,
    /// The pattern of the trace that lacks this one which has most calls in common with it.
    pub nearest: String,
}

impl Difference {
    /// Describes the difference as a sentence. `traces` are the compared traces.
    #[must_use]
    pub fn describe(&self, traces: &[Summary]) -> String {
        let source = |index: usize| traces.get(index).map_or("?", |trace| &trace.source);
        let Self { role, skeleton, occurs_in, seen, lacks_in, nearest } = self;
        format!(
            "{role}: call pattern {skeleton} ({sockets} sockets in {trace}, first #{first}) does not occur in {other}{words}",
            role = role.title(),
            sockets = seen.sockets,
            trace = source(*occurs_in),
            first = seen.first,
            other = source(*lacks_in),
            words = in_words(skeleton, nearest)
        )
    }
}

/// Says which calls the sockets with the pattern `other` make and those with `pattern` do not, and vice versa.
fn in_words(pattern: &str, other: &str) -> String {
    let (only_here, only_there) = (missing_in(other, pattern), missing_in(pattern, other));
    match (only_here.as_str(), only_there.as_str()) {
        ("", "") => String::new(),
        ("", there) => format!(", where there is also {there}"),
        (here, "") => format!(", where there is no {here}"),
        (here, there) => format!(", where there is {there} instead of {here}"),
    }
}

/// Returns the calls of `pattern` that `other` does not have, or has less often.
fn missing_in(other: &str, pattern: &str) -> String {
    let mut left: Vec<&str> = other.split(ARROW).collect();
    let missing = pattern.split(ARROW).filter(|call| match left.iter().position(|known| known == call) {
        Some(index) => {
            left.swap_remove(index);
            false
        }
        None => true,
    });
    missing.collect::<Vec<_>>().join(" and ")
}

/// Returns the pattern that has most calls in common with `pattern`.
fn nearest<'a>(pattern: &str, patterns: impl Iterator<Item = &'a String>) -> String {
    let apart = |other: &&String| {
        let calls = |text: String| if text.is_empty() { 0 } else { text.split(" and ").count() };
        calls(missing_in(other, pattern)) + calls(missing_in(pattern, other))
    };
    patterns.min_by_key(apart).cloned().unwrap_or_default()
}

/// Separates the calls of a pattern.
const ARROW: &str = " → ";

impl Primitives {
    /// Compares the call patterns of sockets with the same role, between all traces that have such sockets.
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

/// A trace that has sockets of a given role: its index, and for each call pattern the sockets that show it.
type WithRole<'a> = (usize, &'a BTreeMap<String, SocketGroup>);

/// Returns one difference for each trace that lacks the pattern. Each difference also names one trace that
/// has the pattern.
fn differences_in(role: Role, skeleton: &str, all: &[WithRole<'_>]) -> Vec<Difference> {
    let example = all.iter().find_map(|(index, skeletons)| Some((*index, *skeletons.get(skeleton)?)));
    let Some((occurs_in, seen)) = example else { return Vec::new() };
    let lacking = all.iter().filter(|(_, skeletons)| !skeletons.contains_key(skeleton));
    let difference = |(lacks_in, others): &WithRole<'_>| {
        let nearest = nearest(skeleton, others.keys());
        let skeleton = skeleton.to_owned();
        Difference { role, skeleton, occurs_in, seen, lacks_in: *lacks_in, nearest }
    };
    lacking.map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_said_in_words() {
        let go = "accept → read → write → close";
        let ours = "accept → read → write → shutdown → close";
        let failed = "accept → read → write → shutdown fails: not connected → close";
        assert_eq!(in_words(go, ours), ", where there is also shutdown");
        assert_eq!(in_words(ours, go), ", where there is no shutdown");
        assert_eq!(
            in_words(ours, failed),
            ", where there is shutdown fails: not connected instead of shutdown"
        );
    }

    #[test]
    fn nearest_pattern_has_most_calls_in_common() {
        let all = ["socket → close", "accept → read → close"].map(str::to_owned);
        assert_eq!(nearest("accept → read → write → close", all.iter()), all[1]);
    }
}
