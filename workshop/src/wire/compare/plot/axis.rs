//! The logarithmic axis of the latencies.

/// Width of a panel, in pixels.
pub const WIDTH: f64 = 330.0;

/// An axis from one latency to another.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Logarithm of the latency at the left end, in milliseconds.
    from: f64,
    to: f64,
}

impl Axis {
    /// Creates an axis on which all latencies have a place. Its ends are one or three times a power of ten.
    #[must_use]
    pub fn of(latencies_ns: impl Iterator<Item = u64> + Clone) -> Self {
        let min = latencies_ns.clone().min().unwrap_or(1_000_000);
        let max = latencies_ns.max().unwrap_or(1_000_000_000);
        let from = ticks().rfind(|(ms, _)| *ms <= milliseconds(min)).map_or(0.01, |(ms, _)| ms);
        let to = ticks().find(|(ms, _)| *ms > milliseconds(max) && *ms > from).map_or(1e6, |(ms, _)| ms);
        Self { from: from.log10(), to: to.log10() }
    }

    /// Returns the position of a latency, in pixels from the left end.
    #[must_use]
    pub fn position(&self, latency_ns: u64) -> f64 {
        let share = (milliseconds(latency_ns).max(1e-6).log10() - self.from) / (self.to - self.from);
        share.clamp(0.0, 1.0) * WIDTH
    }

    /// Returns the positions of the labelled latencies, with their labels.
    pub fn labels(&self) -> impl Iterator<Item = (f64, String)> {
        let axis = *self;
        let shown = move |ms: f64| (axis.from - 1e-9..=axis.to + 1e-9).contains(&ms.log10());
        ticks()
            .filter(move |(ms, _)| shown(*ms))
            .map(move |(ms, label)| (axis.position((ms * 1e6) as u64), label))
    }
}

/// Returns the latencies in milliseconds that can have a label: one and three times each power of ten.
fn ticks() -> impl DoubleEndedIterator<Item = (f64, String)> {
    (-2..6).flat_map(|power| [1.0, 3.0].map(|factor| factor * 10_f64.powi(power))).map(|ms| {
        let label = if ms < 999.0 {
            format!("{} ms", (ms * 100.0).round() / 100.0)
        } else {
            format!("{} s", (ms / 1e3).round())
        };
        (ms, label)
    })
}

fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}
