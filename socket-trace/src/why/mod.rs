//! Explains why connections ended, and whether the calls that were in flight may be repeated.
//!
//! Each connection of a time line gets an [`Explanation`]: who ended it, on which level, the first cause, and the
//! events that show it. The first cause wins: a server that closes after a `GOAWAY` ended the connection with the
//! `GOAWAY`. Where the recording does not show the cause, it is [`Cause::Unknown`].
//!
//! ```
//! use socket_trace::reader::Trace;
//! use socket_trace::timeline::{AnnotatedEvents, Timeline};
//! use socket_trace::why::{Cause, Ender, explain};
//!
//! let trace = r#"{"socket_tap":1,"name":"shop","side":"client","program":"shop 1.0","pid":7,"started":"","monotonic_ns":0,"capture":64}
//! {"t":20,"sock":1,"op":"connect","local":"127.0.0.1:50128","peer":"127.0.0.1:80"}
//! {"t":30,"sock":1,"op":"write","bytes":26,"data":"R0VUIC8gSFRUUC8xLjENCmhvc3Q6IGENCg0K"}
//! {"t":40,"sock":1,"op":"read","bytes":0,"error":"connection reset","errno":104}
//! {"t":50,"sock":1,"op":"close","ended_by":"reset","errno":104,"rx":0,"tx":26,"reads":0,"writes":1}
//! {"end":true,"events":4,"lost":0}
//! "#;
//! let trace = Trace::read("shop.jsonl", Box::new(trace.as_bytes()))?;
//! let mut explanations = Vec::new();
//! let mut events = AnnotatedEvents::new(Timeline::of(vec![trace]));
//! explain(&mut events, |explanation| {
//!     explanations.push(explanation);
//!     Ok::<(), socket_trace::reader::Error>(())
//! })?;
//! assert_eq!((explanations[0].ended_by, explanations[0].cause), (Ender::Server, Cause::Reset));
//! # Ok::<(), socket_trace::reader::Error>(())
//! ```
//!
//! # Layout
//!
//! - [`explanation`]: [`Explanation`], the result
//! - `cause`: [`Cause`], [`Ender`] and [`Level`]
//! - [`retry`]: whether a call was processed, and whether a retry of it is safe
//! - `signal`: the signs of an end, such as a `GOAWAY` or a FIN
//! - `message_signs`, `call_signs`: those in messages, and those in socket calls
//! - `by_side`: a value for each end of a connection
//! - `side_name`: serializes an end by its name
//! - `connect`: attempts to connect that failed
//! - `connection`: what is known of an open connection
//! - `completeness`: what the recordings of a connection show, and what they cannot
//! - `recorded_totals`: sockets of which the recorder dropped reads or writes
//! - `calls`: the calls of a connection that have not completed
//! - `open_call`: what the parts of a call show
//! - `upkeep`: unanswered `PING`s and bursts of `RST_STREAM`
//! - `judge`: chooses the first cause
//! - `judge_end`: the cause of an end that no message announces
//! - `assemble`: makes the explanation from what is known
//! - `sending`: what limited the sending
//! - `gather`: [`Explainer`] and [`explain`], which process a time line
//! - `closes`: [`Closes`], which explains each connection at its last close
//! - [`text`]: an explanation as a paragraph; `short`: [`ShortExplanation`], one short sentence

mod assemble;
mod by_side;
mod call_signs;
mod calls;
mod cause;
mod closes;
mod completeness;
mod connect;
mod connection;
pub mod explanation;
mod gather;
mod judge;
mod judge_end;
mod message_signs;
mod open_call;
mod recorded_totals;
pub mod retry;
mod sending;
mod short;
mod side_name;
mod signal;
pub mod text;
mod upkeep;

pub use closes::Closes;
pub use explanation::{Cause, Ender, Explanation, Level};
pub use gather::{Explainer, explain};
pub use retry::{Processed, Retry};
pub use short::ShortExplanation;
pub use socket_dissect::Goaway;
pub(crate) use upkeep::{BURST, BURST_TIME};

#[cfg(test)]
mod completeness_tests;
#[cfg(test)]
mod ending_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod grpc_tests;
#[cfg(test)]
mod http1_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod retry_tests;
#[cfg(test)]
mod text_tests;
#[cfg(test)]
mod websocket_tests;
