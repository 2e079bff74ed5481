//! The steps of the command, selected by their names.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::tour::Step;

/// Name of the step in which one segment is dropped.
pub const LOST_SEGMENT: &str = "one lost segment";

/// A step of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabStep {
    /// A step of the tour, over each API. [`Step::Get`] is also made over plain UDP and TCP.
    Tour(Step),
    /// Three calls at once over one HTTP/2 connection and over three HTTP/1.1 connections, with one segment dropped.
    LostSegment,
}

impl LabStep {
    /// The steps without `--step`.
    pub const DEFAULT: [Self; 4] =
        [Self::Tour(Step::Get), Self::Tour(Step::TenCalls), Self::Tour(Step::Concurrent), Self::LostSegment];

    /// Returns the step's name in the recordings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tour(step) => step.name(),
            Self::LostSegment => LOST_SEGMENT,
        }
    }

    /// Returns the steps to make so that all steps of `selected` are made, in the order of the tour. Some steps need the
    /// book that an earlier step creates or updates.
    #[must_use]
    pub fn plan(selected: &[Self]) -> Vec<Self> {
        let all = Step::ALL.into_iter().map(Self::Tour).chain([Self::LostSegment]);
        let is_needed = |step: Self| selected.iter().any(|selected| selected.needs(step));
        all.filter(|step| selected.contains(step) || is_needed(*step)).collect()
    }

    fn needs(self, other: Self) -> bool {
        let (Self::Tour(step), Self::Tour(other)) = (self, other) else { return false };
        match other {
            Step::Create => {
                matches!(step, Step::Update | Step::UpdateOldRevision | Step::Watch | Step::Delete)
            }
            Step::Update => step == Step::UpdateOldRevision,
            _ => false,
        }
    }

    /// Returns a parser for the names of steps.
    pub fn parser() -> impl TypedValueParser<Value = Self> {
        let all = || Step::ALL.into_iter().map(Self::Tour).chain([Self::LostSegment]);
        let names = PossibleValuesParser::new(all().map(Self::name));
        names.try_map(move |name| all().find(|step| step.name() == name).ok_or("no such step"))
    }
}
