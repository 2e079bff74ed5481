//! Rules that find avoidable problems in a recording, and their findings.
//!
//! A trace is read once. Rules keep state only for open sockets, at most [`MAX_SOCKETS`](socket::MAX_SOCKETS) of them, and a
//! few examples of each finding, so memory is bounded.
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
//! - [`rule`]: the trait that every rule implements
//! - [`socket`]: state of an open socket
//! - `messages`: the dissected messages, and the reason for the end of each connection
//! - [`finding`]: a finding with its evidence
//! - [`report`]: all findings in one trace
//! - [`text`]: reports as text
//! - one module per rule, with its name, reasons and limits: `nagle`, `tiny_writes`, `reconnects`, `server_closes`,
//!   `unread`, `write_after_end`, `stale_connections`, `server_times_out`, `lost_to_goaway`, `reset_bursts`, `never_closed`,
//!   `opening_fails`

pub mod finding;
#[cfg(test)]
mod fixture;
mod lost_to_goaway;
mod messages;
mod nagle;
mod never_closed;
mod opening_fails;
mod reconnects;
pub mod report;
mod reset_bursts;
pub mod rule;
mod server_closes;
mod server_times_out;
pub mod socket;
mod stale_connections;
#[cfg(feature = "cli")]
pub mod text;
mod tiny_writes;
mod unread;
mod write_after_end;

use std::time::Duration;

use socket_tap::event::Op;

use crate::reader::{Error, Trace};
use messages::Messages;
use report::Report;
use rule::{EndState, ObservedEvent, Rule, RuleInfo};
use socket::Sockets;

/// Selects the lint rules to check, and sets their limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// Names of the rules to check; all rules when empty.
    pub only: Vec<String>,
    /// Names of the rules to skip.
    pub skip: Vec<String>,
    /// A connection that is still open at the end of the recording is reported if it was idle for at least
    /// this time.
    pub idle: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), skip: Vec::new(), idle: never_closed::IDLE }
    }
}

impl Options {
    fn selects(&self, name: &str) -> bool {
        let contains = |names: &[String]| names.iter().any(|other| other == name);
        (self.only.is_empty() || contains(&self.only)) && !contains(&self.skip)
    }
}

/// Returns a description of each rule, in the order in which findings are reported.
#[must_use]
pub fn rules() -> Vec<&'static RuleInfo> {
    all_rules(&Options::default()).iter().map(|rule| rule.info()).collect()
}

fn all_rules(options: &Options) -> Vec<Box<dyn Rule>> {
    vec![
        Box::new(nagle::Nagle::default()),
        Box::new(tiny_writes::TinyWrites::default()),
        Box::new(reconnects::Reconnects::default()),
        Box::new(server_closes::ServerCloses::default()),
        Box::new(unread::Unread::default()),
        Box::new(write_after_end::WriteAfterEnd::default()),
        Box::new(stale_connections::StaleConnections::default()),
        Box::new(server_times_out::ServerTimesOut::default()),
        Box::new(lost_to_goaway::LostToGoaway::default()),
        Box::new(reset_bursts::ResetBursts::default()),
        Box::new(never_closed::NeverClosed::new(options.idle)),
        Box::new(opening_fails::OpeningFails::default()),
    ]
}

/// Reads the whole trace and checks the rules that `options` selects.
///
/// # Errors
/// The input is not a trace. A truncated or lossy trace is not an error: the report lists the rules that were
/// skipped.
pub fn lint(mut trace: Trace, options: &Options) -> Result<Report, Error> {
    let mut rules = all_rules(options);
    rules.retain(|rule| options.selects(rule.info().name));
    let mut sockets = Sockets::new(trace.header().side);
    let mut messages = Messages::of(trace.header(), rules.iter().any(|rule| rule.needs_messages()));
    let (mut lost, mut now) = (0_u64, 0);
    while let Some(event) = trace.next_event()? {
        if let Op::Gap(gap) = &event.op {
            lost = lost.saturating_add(gap.events());
        }
        now = now.max(event.t);
        sockets.observe(trace.line(), &event);
        let socket = event.sock.and_then(|sock| sockets.get(sock));
        let (annotated, ending) = messages.observe(event, socket.is_some());
        let event = &annotated.timed.event;
        let (parts, ending) = (&annotated.parts[..], ending.as_ref());
        let seen = ObservedEvent { event, line: trace.line(), socket, parts, ending };
        for rule in &mut rules {
            rule.observe(&seen);
        }
        sockets.forget_closed(event);
    }
    Ok(Report::of(&trace, &mut rules, &EndState { sockets: &sockets, now }, lost))
}
