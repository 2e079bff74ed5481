//! Medians and spread, as Markdown.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::api::Api;
use crate::variant::Variant;

/// One variant in one round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) api: Api,
    pub(crate) variant: Variant,
    pub(crate) round: usize,
    pub(crate) requests_per_second: f64,
    /// Processor seconds of the server and of what watches it, for a million requests.
    pub(crate) cpu_per_million: f64,
}

/// Reads and writes that are missing in the trace of a variant that has one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Lost {
    pub(crate) api: Api,
    pub(crate) variant: Variant,
    pub(crate) lost: u64,
}

/// All that was measured.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Results {
    pub(crate) samples: Vec<Sample>,
    pub(crate) lost: Vec<Lost>,
}

/// Prints a table for each API.
pub(crate) fn print(results: &Results) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for api in Api::ALL {
        let of_api: Vec<&Sample> = results.samples.iter().filter(|sample| sample.api == api).collect();
        if of_api.is_empty() {
            continue;
        }
        writeln!(out, "\n### {}\n", api.name())?;
        writeln!(
            out,
            "| | requests/s | × no tap (middle half) | CPU s per million requests | × no tap (middle half) | lost |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
        for variant in Variant::ALL {
            let own: Vec<&Sample> = of_api.iter().copied().filter(|it| it.variant == variant).collect();
            if !own.is_empty() {
                let lost = results.lost.iter().find(|it| it.api == api && it.variant == variant);
                writeln!(
                    out,
                    "{} {} |",
                    row(variant, &own, &of_api),
                    lost.map_or_else(String::new, |it| it.lost.to_string())
                )?;
            }
        }
    }
    Ok(())
}

fn row(variant: Variant, own: &[&Sample], all: &[&Sample]) -> String {
    let rates = sorted(own.iter().map(|sample| sample.requests_per_second));
    let cpus = sorted(own.iter().map(|sample| sample.cpu_per_million));
    let ratios = sorted(to_no_tap(own, all, |sample| sample.requests_per_second));
    let cpu_ratios = sorted(to_no_tap(own, all, |sample| sample.cpu_per_million));
    let (low, high) = middle_half(&ratios);
    let (cpu_low, cpu_high) = middle_half(&cpu_ratios);
    format!(
        "| {} | {:.0} | **{:.2}** ({low:.2} to {high:.2}) | {:.1} | {:.3} ({cpu_low:.2} to {cpu_high:.2}) |",
        variant.name(),
        median(&rates),
        median(&ratios),
        median(&cpus),
        median(&cpu_ratios),
    )
}

/// Each measurement against the one without a tap in the same round.
fn to_no_tap<'a>(
    own: &'a [&Sample],
    all: &'a [&Sample],
    value: impl Fn(&Sample) -> f64 + 'a,
) -> impl Iterator<Item = f64> + 'a {
    own.iter().filter_map(move |sample| {
        let base = all.iter().find(|it| it.variant == Variant::NoTap && it.round == sample.round)?;
        Some(value(sample) / value(base))
    })
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    } else {
        at(middle)
    }
}

/// Where the middle half of the values begins and ends: half of them lie between, whatever a few strays do.
fn middle_half(sorted: &[f64]) -> (f64, f64) {
    let last = sorted.len().saturating_sub(1);
    let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
    (at(last / 4), at(last - last / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_leaves_strays_out() {
        assert_eq!(middle_half(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 99.0]), (3.0, 7.0));
        assert_eq!(middle_half(&[1.0]), (1.0, 1.0));
        assert!(middle_half(&[]).0.is_nan());
    }

    #[test]
    fn a_ratio_is_to_the_same_round() {
        let sample = |variant, round, requests_per_second| Sample {
            api: Api::Rest,
            variant,
            round,
            requests_per_second,
            cpu_per_million: 1.0,
        };
        let all = [
            sample(Variant::Tap, 1, 30.0),
            sample(Variant::NoTap, 0, 10.0),
            sample(Variant::NoTap, 1, 60.0),
            sample(Variant::Tap, 0, 20.0),
        ];
        let all: Vec<&Sample> = all.iter().collect();
        let row = row(Variant::Tap, &[all[0], all[3]], &all);
        assert_eq!(
            row,
            "| socket-tap to a file | 25 | **1.25** (0.50 to 2.00) | 1.0 | 1.000 (1.00 to 1.00) |"
        );
    }
}
