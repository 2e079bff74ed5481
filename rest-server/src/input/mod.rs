//! What a request brings along. Whatever cannot be read is answered with a problem.
//!
//! # Layout
//!
//! - `id`: the variable part of a path
//! - `query`: the parameters of a query string
//! - `body`: a JSON object, within its limits
//! - `fields`: named values, read one by one so that a client hears of all faults at once
//! - `accept`: whether the client takes what there is
//! - `last_event_id`: where a stream of events goes on

mod accept;
mod body;
mod fields;
mod id;
mod last_event_id;
mod query;

pub(crate) use accept::{AcceptsEvents, AcceptsJson};
pub(crate) use body::{JsonBody, Unread};
pub(crate) use fields::{Fields, integer, text};
pub(crate) use id::{AuthorId, BookId, MAX_ID};
pub(crate) use last_event_id::LastEventId;
pub(crate) use query::{FromQuery, Query};
