//! What a recording shows that its program could do better: rules, and the findings that they come to.
//!
//! A trace is read once. A rule remembers something of each socket that is open and the first few examples of what it
//! finds, so memory is bounded by what is open, not by the length of the trace.
//!
//! ```
//! use socket_trace::lint::{Options, lint};
//! use socket_trace::reader::Trace;
//!
//! let trace = r#"{"socket_tap":1,"name":"shop","side":"server","program":"shop 1.0","pid":7,"started":"","monotonic_ns":0,"capture":0}
//! {"t":10,"sock":1,"op":"socket","domain":"ipv4","type":"stream"}
//! {"t":20,"sock":1,"op":"bind","local":"127.0.0.1:80","error":"address in use","errno":98}
//! {"end":true,"events":2,"lost":0}
//! "#;
//! let report = lint(Trace::read("shop.jsonl", Box::new(trace.as_bytes()))?, &Options::default())?;
//! assert_eq!(report.findings[0].rule, "call-that-opens-fails");
//! assert_eq!(report.findings[0].examples[0].lines[0].line, 3);
//! # Ok::<(), socket_trace::reader::Error>(())
//! ```
//!
//! # Layout
//!
//! - [`rule`]: what a rule is, and what it is told
//! - [`socket`]: what is known of a socket while it is open
//! - [`finding`]: what a rule has found, with its evidence
//! - [`report`]: what a trace comes to
//! - [`text`]: reports for the eye
//! - the rules, each with its name, its reasons and its limits: `nagle`, `tiny_writes`, `reconnects`, `server_closes`,
//!   `unread`, `write_after_end`, `never_closed`, `opening_fails`

pub mod finding;
#[cfg(test)]
mod lines;
mod nagle;
mod never_closed;
mod opening_fails;
mod reconnects;
pub mod report;
pub mod rule;
mod server_closes;
pub mod socket;
#[cfg(feature = "cli")]
pub mod text;
mod tiny_writes;
mod unread;
mod write_after_end;

use std::time::Duration;

use socket_tap::event::Op;

use crate::reader::{Error, Trace};
use report::Report;
use rule::{About, AtEnd, Rule, Seen};
use socket::Sockets;

/// Which rules are asked, and with which limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only these, by name; all when empty.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// How long nothing may have happened on a connection that is open at the end of the recording.
    pub idle: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), skip: Vec::new(), idle: never_closed::IDLE }
    }
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|other| other == name);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// What each rule says of itself, in the order in which findings are told.
#[must_use]
pub fn rules() -> Vec<&'static About> {
    all(&Options::default()).iter().map(|rule| rule.about()).collect()
}

fn all(options: &Options) -> Vec<Box<dyn Rule>> {
    vec![
        Box::new(nagle::Nagle::default()),
        Box::new(tiny_writes::TinyWrites::default()),
        Box::new(reconnects::Reconnects::default()),
        Box::new(server_closes::ServerCloses::default()),
        Box::new(unread::Unread::default()),
        Box::new(write_after_end::WriteAfterEnd::default()),
        Box::new(never_closed::NeverClosed::new(options.idle)),
        Box::new(opening_fails::OpeningFails::default()),
    ]
}

/// Reads the whole trace and says what its rules find.
///
/// # Errors
/// When it is not a trace. One that is cut short or lossy is no error: the report says which rules it leaves out.
pub fn lint(mut trace: Trace, options: &Options) -> Result<Report, Error> {
    let mut rules = all(options);
    rules.retain(|rule| options.wants(rule.about().name));
    let mut sockets = Sockets::new(trace.header().side);
    let (mut lost, mut now) = (0_u64, 0);
    while let Some(event) = trace.next_event()? {
        if let Op::Gap(gap) = &event.op {
            lost = lost.saturating_add(gap.events());
        }
        now = now.max(event.t);
        let socket = sockets.observe(trace.line(), &event);
        let seen = Seen { event: &event, line: trace.line(), socket };
        for rule in &mut rules {
            rule.observe(&seen);
        }
        sockets.forget_closed(&event);
    }
    Ok(Report::of(&trace, &mut rules, &AtEnd { sockets: &sockets, now }, lost))
}
