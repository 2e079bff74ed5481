//! Reads recordings made with `socket-tap`: shows them, and compares what programs do with their sockets.
//!
//! ```
//! use socket_tap::Tap;
//! use socket_trace::compare::{Comparison, Verdict};
//! use socket_trace::reader::Trace;
//! use socket_trace::summary::{Recording, Summary};
//!
//! # let directory = std::env::temp_dir().join(format!("socket-trace-{}", std::process::id()));
//! # std::fs::create_dir_all(&directory)?;
//! let path = directory.join("one.jsonl");
//! let tap = Tap::server("one").file(&path)?.start()?;
//! tap.mark("nothing happens");
//! tap.finish_blocking()?;
//!
//! let summary = Summary::of(Trace::open(&path)?, Recording::Ended)?;
//! assert_eq!((summary.events, summary.lost), (1, 0));
//! // One trace alone compares with nothing.
//! assert_eq!(Comparison::of(vec![summary]).verdict, Verdict::Inconclusive);
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//!
//! - [`reader`]: a trace from a file, line by line, and what is wrong with it
//! - [`socket`]: what one socket did from its making to its close
//! - [`skeleton`]: the order of a socket's calls, without what varies from run to run
//! - [`spent`]: what bytes are spent on, each way
//! - [`calls`]: what calls cost: the first of each connection, and each later one
//! - [`step`], [`operation`]: counts for each named step of a recording, and for what is called
//! - `by_name`, `median`: what those are made of
//! - [`summary`]: one trace, read once
//! - [`compare`]: several summaries beside each other, and the verdict
//! - [`timeline`]: several recordings on one time line
//! - [`show`]: the time line, event by event
//! - [`items`]: the time line as a page has it
//! - [`assertion`]: what must hold of traces, checked
//! - [`sequence`]: one step as client and server did it, call by call
//! - [`layers`]: one call, from reads and writes up to messages
//! - [`table`]: a comparison for the eye
//! - [`mod@verify`]: whether a trace is what strace saw, call by call
//! - `socket_dissect` (a crate of its own): what reads and writes carried
//! - [`mod@lint`]: what a recording shows that its program could do better
//! - [`sockets`]: the sockets of running programs, as netstat shows them
//! - [`export`]: a recording in the formats of other tools: pcapng, qlog, CSV
//! - [`mod@report`]: a recording as a page, in one file
//! - [`cli`]: the command `socket-trace`

#![forbid(unsafe_code)]

pub mod assertion;
mod by_name;
pub mod calls;
pub mod cli;
pub mod compare;
pub mod export;
pub mod items;
mod json;
pub mod layers;
pub mod lint;
mod median;
pub mod operation;
pub mod reader;
pub mod report;
pub mod sequence;
pub mod show;
pub mod skeleton;
pub mod socket;
pub mod sockets;
pub mod spent;
pub mod step;
pub mod summary;
pub mod table;
pub mod timeline;
pub mod verify;
