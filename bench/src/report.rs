//! Statistics of a benchmark run, printed as Markdown tables: the median and the quartiles of each measured
//! value.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::api::Api;
use crate::variant::Variant;

/// Measured result of one variant in one round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) api: Api,
    pub(crate) variant: Variant,
    pub(crate) round: usize,
    pub(crate) requests_per_second: f64,
    /// Processor seconds per million requests, of the server and of the strace or tcpdump that watches it.
    pub(crate) cpu_per_million: f64,
}

/// The number of events that are missing from a variant's trace, because the recorder dropped them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Lost {
    pub(crate) api: Api,
    pub(crate) variant: Variant,
    pub(crate) lost: u64,
}

/// All measurements of a benchmark run.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    /// Variant that the others are compared with.
    pub(crate) base: Variant,
    pub(crate) samples: Vec<Sample>,
    pub(crate) lost: Vec<Lost>,
}

impl Results {
    pub(crate) fn new(base: Variant) -> Self {
        Self { base, samples: Vec::new(), lost: Vec::new() }
    }
}

/// Prints a Markdown table of medians for each API.
pub(crate) fn print(results: &Results) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let base = results.base.name();
    for api in Api::ALL {
        let of_api: Vec<&Sample> = results.samples.iter().filter(|sample| sample.api == api).collect();
        let bases: Vec<&Sample> = of_api.iter().copied().filter(|it| it.variant == results.base).collect();
        if of_api.is_empty() {
            continue;
        }
        writeln!(out, "\n### {}\n", api.name())?;
        writeln!(
            out,
            "| | requests/s | × {base} (middle half) | CPU s per million requests | × {base} (middle half) | lost |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|")?;
        for variant in Variant::ALL {
            let own: Vec<&Sample> = of_api.iter().copied().filter(|it| it.variant == variant).collect();
            if !own.is_empty() {
                let lost = results.lost.iter().find(|it| it.api == api && it.variant == variant);
                writeln!(
                    out,
                    "{} {} |",
                    row(variant, &own, &bases),
                    lost.map_or_else(String::new, |it| it.lost.to_string())
                )?;
            }
        }
    }
    Ok(())
}

fn row(variant: Variant, own: &[&Sample], bases: &[&Sample]) -> String {
    let rates = sorted(own.iter().map(|sample| sample.requests_per_second));
    let cpus = sorted(own.iter().map(|sample| sample.cpu_per_million));
    let ratios = sorted(ratios_to_base(own, bases, |sample| sample.requests_per_second));
    let cpu_ratios = sorted(ratios_to_base(own, bases, |sample| sample.cpu_per_million));
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

/// Returns the ratio of each value in `own` to the value of the base variant in the same round. Skips rounds
/// in which the base variant was not measured.
fn ratios_to_base<'a>(
    own: &'a [&Sample],
    bases: &'a [&Sample],
    value: impl Fn(&Sample) -> f64 + 'a,
) -> impl Iterator<Item = f64> + 'a {
    own.iter().filter_map(move |sample| {
        let base = bases.iter().find(|it| it.round == sample.round)?;
        Some(value(sample) / value(base))
    })
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    } else {
        at(middle)
    }
}

/// Returns the first and the third quartile of `sorted`: the middle half of the values lies between them.
fn middle_half(sorted: &[f64]) -> (f64, f64) {
    let last = sorted.len().saturating_sub(1);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    (at(last / 4), at(last - last / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_half_of_samples_excludes_outliers() {
        assert_eq!(middle_half(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 99.0]), (3.0, 7.0));
        assert_eq!(middle_half(&[1.0]), (1.0, 1.0));
        assert!(middle_half(&[]).0.is_nan());
    }

    #[test]
    fn ratios_compare_variants_within_one_round() {
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
        let row = row(Variant::Tap, &[&all[0], &all[3]], &[&all[1], &all[2]]);
        assert_eq!(
            row,
            "| socket-tap to a file | 25 | **1.25** (0.50 to 2.00) | 1.0 | 1.000 (1.00 to 1.00) |"
        );
    }
}
