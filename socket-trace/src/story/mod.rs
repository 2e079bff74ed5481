//! One call as a story: the socket calls of client and server in five phases, which line up across several APIs.
//!
//! The phases are open, agree, request, response and close. Within a phase, calls with the same purpose are counted: a
//! request of two writes is one row, with its bytes and what they mean. The page of recordings draws the same rows, from
//! the phases that [`crate::page_feed`] adds to each event.
//!
//! # Layout
//!
//! - [`phase`]: the phases, and the phase of each call
//! - `gather`: [`stories`], which collects the calls of a step
//! - `builder`: groups the calls of one API
//! - [`model`]: [`Story`], the calls of one API in phases
//! - [`group`]: calls of one side that are shown as one box
//! - `names`: the words for calls
//! - `thesis`: [`Thesis`], what is the same in several stories and what differs
//! - [`text`]: stories as text

mod builder;
mod gather;
pub mod group;
pub mod model;
mod names;
pub mod phase;
pub mod text;
mod thesis;

pub use gather::stories;
pub use model::Story;
pub use phase::{Phase, PhaseTracker};
pub use thesis::Thesis;

#[cfg(test)]
mod tests;
