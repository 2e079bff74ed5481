//! Results of all scenarios that were recorded elsewhere. The page shows them on machines that cannot run the network.
//!
//! To record them again, on a machine that can:
//!
//! ```sh
//! cargo run -- wire-scenario > recorded.json && mv recorded.json workshop/src/wire/scenario/
//! ```

use serde_json::Value;

use super::recorded::Recorded;
use super::request::{Request, Scenario, Sender};

/// The results, one for each line.
const RECORDED: &str = include_str!("recorded.json");

/// Number of base64 characters that are kept of the data of a packet: 54 bytes, which contain its headers.
const KEPT_OF_PACKETS: usize = 72;

/// Fields that the Wire screen does not need.
const OMITTED: [&str; 2] = ["ended", "phase"];

/// Number of base64 characters that are kept of the data of a call.
const KEPT_OF_CALLS: usize = 32;

/// Returns the result of a scenario as JSON.
#[must_use]
pub fn recorded(scenario: Scenario) -> &'static str {
    Scenario::ALL
        .iter()
        .position(|other| *other == scenario)
        .and_then(|line| RECORDED.lines().nth(line))
        .unwrap_or("null")
}

/// Returns the conditions under which a scenario is recorded. One call of each API shows a retransmission.
pub(super) fn request(scenario: Scenario) -> Request {
    let drop = (scenario == Scenario::Call).then_some(Sender::Client);
    Request { drop, ..Request::new(scenario) }
}

/// Returns the text of the file. Most of the data of the events is omitted, so that it stays small.
pub(super) fn write(all: Vec<Recorded>) -> serde_json::Result<String> {
    let mut text = String::new();
    for mut recorded in all {
        recorded.items.retain(|item| item["op"] != "option");
        for item in recorded.items.iter_mut().filter_map(Value::as_object_mut) {
            OMITTED.iter().for_each(|field| drop(item.remove(*field)));
            let is_packet = item.get("op").is_some_and(|op| op == "packet");
            let kept = if is_packet { KEPT_OF_PACKETS } else { KEPT_OF_CALLS };
            if let Some(Value::String(base64)) = item.get_mut("data") {
                base64.truncate(kept);
            }
        }
        text += &serde_json::to_string(&recorded)?;
        text.push('\n');
    }
    Ok(text)
}
