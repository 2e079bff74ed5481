//! Reads recordings made with `socket-tap`, shows them, and compares how programs use their sockets.
//!
//! ```
//! use socket_tap::Tap;
//! use socket_trace::compare::{Comparison, Verdict};
//! use socket_trace::reader::Trace;
//! use socket_trace::summary::{RecordingState, Summary};
//!
//! # let directory = std::env::temp_dir().join(format!("socket-trace-{}", std::process::id()));
//! # std::fs::create_dir_all(&directory)?;
//! let path = directory.join("one.jsonl");
//! let tap = Tap::server("one").file(&path)?.start()?;
//! tap.mark("idle");
//! tap.finish_blocking()?;
//!
//! let summary = Summary::of(Trace::open(&path)?, RecordingState::Finished)?;
//! assert_eq!((summary.events, summary.lost), (1, 0));
//! // A single trace cannot be compared.
//! assert_eq!(Comparison::of(vec![summary]).verdict, Verdict::Inconclusive);
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//!
//! - [`reader`]: reads a trace line by line, and reports how it ends
//! - [`capture_file`]: capture files, pcap and pcapng, as recordings of packets
//! - [`summary`]: totals of one trace, computed in one pass
//! - [`compare`]: comparison of several summaries, and the verdict
//! - [`table`]: a comparison as text or Markdown
//! - [`assertion`]: conditions that traces must satisfy, and their outcomes
//! - [`client_step`]: the steps of connections from clients such as curl
//! - [`timeline`]: the events of several recordings, merged by time
//! - [`show`]: the events or connections of a time line, one per line, as text or JSON
//! - [`page_feed`]: the events of a time line as JSON, for an HTML page that shows them
//! - `pipeline`: stages that share the work of several threads
//! - [`mod@report`]: recordings as an HTML page in one file
//! - [`send_limits`]: what limited the sending on a connection: application, peer or network
//! - [`sequence`]: the socket calls of client and server on one connection, as a diagram
//! - [`story`]: the socket calls of one step in phases, for several APIs
//! - [`strace`]: traces of programs without a tap, made from the system calls that strace logs
//! - [`layers`]: which bytes of one API call are in which read, write, frame and message
//! - [`mod@lint`]: advice on what the recorded program could do better
//! - [`mod@verify`]: comparison of a trace with the system calls that strace recorded
//! - [`contracts`]: protobuf contracts, by which gRPC messages are decoded
//! - [`sockets`]: the sockets of running programs, as netstat shows them
//! - `escaped_json`: JSON without characters that a terminal hides or executes
//! - [`export`]: recordings in the formats of other tools: pcapng, qlog, CSV
//! - [`watch`]: recordings in progress on the whole terminal
//! - [`why`]: why connections ended, and whether a retry of their calls is safe
//! - [`cli`]: the command `socket-trace`
//!
//! The payload of reads and writes is dissected by the crate `socket_dissect`.

#![forbid(unsafe_code)]

pub mod assertion;
pub mod capture_file;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client_step;
pub mod compare;
pub mod contracts;
mod escaped_json;
pub mod export;
pub mod layers;
pub mod lint;
pub mod page_feed;
mod pipeline;
pub mod reader;
pub mod report;
pub mod send_limits;
pub mod sequence;
pub mod show;
pub mod sockets;
pub mod story;
pub mod strace;
pub mod summary;
pub mod table;
pub mod timeline;
mod units;
pub mod verify;
#[cfg(feature = "watch")]
pub mod watch;
pub mod why;
