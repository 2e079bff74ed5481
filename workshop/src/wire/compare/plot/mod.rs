//! The results as a plot: a panel for each network, with a lane for each load and API.
//!
//! - [`axis`]: the logarithmic axis of the latencies
//! - [`lane`]: the calls of one row
//! - [`marker`]: the outliers, by the kind of their reason
//! - [`layout`]: the panels and the legend

pub mod axis;
pub mod lane;
pub mod layout;
pub mod marker;

pub use layout::svg;
