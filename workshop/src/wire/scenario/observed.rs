//! The results of a scenario that are not in its recordings.

use serde::Serialize;

use super::states::StateChange;

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The results of a scenario that are not in its recordings.
#[derive(Debug, Default)]
pub struct Observed {
    /// The results of the calls.
    pub results: Vec<CallResult>,
    /// The TCP states of both ends, for the scenarios that are about them.
    pub states: Vec<StateChange>,
}

/// The result of a call.
#[derive(Clone, Debug, Serialize)]
pub struct CallResult {
    /// Name of the API's recordings.
    pub api: &'static str,
    /// The error message of a failed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
