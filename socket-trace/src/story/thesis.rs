//! Common properties of the stories of several APIs, and their differences.

use std::fmt::Write as _;

use socket_tap::format::Side;

use super::model::Story;
use super::names::in_order;

/// Common properties of the stories of several APIs, and their differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thesis {
    /// The socket calls of both sides without repetitions, each with the APIs that make these calls. One entry if all
    /// make the same.
    pub calls: Vec<(Vec<String>, Vec<String>)>,
    /// The calls of the listening sockets.
    listener: Vec<String>,
    /// Bytes through the socket by API.
    pub bytes: Vec<(String, u64)>,
}

/// The kinds of socket calls of the client and of the server, in the order of a connection's life. `None` for a side
/// that was not recorded.
type Kinds = [Option<Vec<String>>; 2];

impl Thesis {
    /// Compares stories, each with the title of its API.
    #[must_use]
    pub fn of(stories: &[(String, Story)]) -> Self {
        let mut by_kinds: Vec<(Kinds, Vec<String>)> = Vec::new();
        for (title, story) in stories {
            let kinds = [Side::Client, Side::Server].map(|side| story.kinds_of(side));
            match by_kinds.iter_mut().find(|(known, _)| *known == kinds) {
                Some((_, titles)) => titles.push(title.clone()),
                None => by_kinds.push((kinds, vec![title.clone()])),
            }
        }
        let calls = by_kinds.into_iter().map(|(kinds, titles)| {
            let all: Vec<String> = kinds.into_iter().flatten().flatten().collect();
            (titles, in_order(all.iter().map(String::as_str)))
        });
        let listening = stories.iter().flat_map(|(_, story)| story.listener());
        Self {
            calls: calls.collect(),
            listener: in_order(listening),
            bytes: stories.iter().map(|(title, story)| (title.clone(), story.bytes)).collect(),
        }
    }

    /// Returns the comparison as text, one statement a line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        // Writing to a `String` cannot fail.
        match self.calls.as_slice() {
            [] => {}
            [(titles, calls)] if titles.len() > 1 => {
                let all = in_order(self.listener.iter().chain(calls).map(String::as_str));
                let _ = writeln!(
                    out,
                    "= Same socket calls in {}: {}",
                    all_of(titles, titles.len()),
                    all.join(", ")
                );
            }
            [(titles, calls)] => {
                let _ = writeln!(out, "  Socket calls of {}: {}", titles.join(", "), calls.join(", "));
            }
            different => {
                for (titles, calls) in different {
                    let _ = writeln!(out, "≠ Socket calls of {}: {}", titles.join(", "), calls.join(", "));
                }
            }
        }
        let sign = if self.bytes.iter().any(|(_, bytes)| *bytes != self.bytes[0].1) { "≠" } else { "=" };
        let bytes: Vec<String> = self.bytes.iter().map(|(title, bytes)| format!("{title} {bytes}")).collect();
        let _ = writeln!(out, "{sign} Bytes through the socket: {}", bytes.join(", "));
        out
    }
}

/// Names some of `count` APIs: `all three`, `REST, gRPC`.
pub(super) fn all_of(titles: &[impl AsRef<str>], count: usize) -> String {
    match (titles.len(), count) {
        (2, 2) => "both".to_owned(),
        (3, 3) => "all three".to_owned(),
        _ => titles.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
    }
}
