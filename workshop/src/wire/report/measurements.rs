//! The measurements of a run, computed from its recordings.

use std::path::Path;

use serde::Serialize;
use socket_trace::reader::Error;
use wire::Stats;

use crate::tour::Step;
use crate::wire::calls::lab_step::LOST_SEGMENT;
use crate::wire::flags::Flags;
use crate::wire::lab::api::Api;
use crate::wire::lab::time_wait::TimeWait;
use crate::wire::reading::cost::{Cost, KeptCost};
use crate::wire::reading::one_call::OneCall;
use crate::wire::reading::recording::{self, StepRecording};
use crate::wire::reading::stall::Stall;

/// The measurements of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Measurements {
    /// The network.
    pub network: Network,
    /// Longest time by which a packet was delivered late because this machine was busy, in nanoseconds.
    pub max_lateness_ns: u64,
    /// One call over REST, packet by packet. `None` if the step was not made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_call: Option<OneCall>,
    /// Cost of each step over each API.
    pub steps: Vec<Cost>,
    /// Cost of further calls on a kept connection.
    pub kept: Vec<KeptCost>,
    /// Effects of a single lost segment.
    pub stalls: Vec<Stall>,
}

/// The network's parameters.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// Round-trip time in nanoseconds, without queues.
    pub rtt_ns: u64,
    /// Share of dropped packets, from 0 to 1.
    pub loss: f64,
    /// Transmission rate in bits per second.
    pub bandwidth: Option<u64>,
    /// Seed of the loss.
    pub seed: u64,
}

impl Measurements {
    /// Computes the measurements from the recordings in a directory.
    ///
    /// # Errors
    /// If a recording cannot be read.
    pub fn of(directory: &Path, flags: &Flags, time_wait: &TimeWait, packets: &Stats) -> Result<Self, Error> {
        let recordings = recording::read(directory)?;
        let names: Vec<&str> = flags.steps().iter().map(|step| step.name()).collect();
        let position = |step: &StepRecording| names.iter().position(|name| *name == step.step);
        let mut wanted: Vec<(usize, &StepRecording)> =
            recordings.iter().filter_map(|step| Some((position(step)?, step))).collect();
        wanted.sort_by_key(|(position, step)| (*position, step.api.position()));
        let of = |name: &'static str| {
            let steps = wanted.iter().map(|(_, step)| *step);
            steps.filter(move |step| step.step == name)
        };
        Ok(Self {
            network: Network::of(flags),
            max_lateness_ns: packets.to_server.max_lateness.max(packets.to_client.max_lateness),
            one_call: of(Step::Get.name())
                .find(|step| step.api == Api::Rest)
                .and_then(|step| OneCall::of(step, time_wait)),
            steps: wanted.iter().filter_map(|(_, step)| Cost::of(step)).collect(),
            kept: of(Step::TenCalls.name()).filter_map(KeptCost::of).collect(),
            stalls: of(LOST_SEGMENT).filter_map(Stall::of).collect(),
        })
    }
}

impl Network {
    fn of(flags: &Flags) -> Self {
        Self {
            rtt_ns: u64::try_from(flags.rtt.as_nanos()).unwrap_or(u64::MAX),
            loss: flags.loss.fraction(),
            bandwidth: flags.bandwidth.map(crate::wire::values::Bandwidth::bits),
            seed: flags.seed,
        }
    }
}
