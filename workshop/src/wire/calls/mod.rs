//! Makes the calls, in named steps.
//!
//! - [`lab_step`]: the steps
//! - [`steps`]: makes the steps one after the other
//! - [`lost_segment`]: the step in which one segment is dropped

pub mod lab_step;
pub mod lost_segment;
pub mod steps;
