//! The percentiles that a number of calls carries.

use workshop::wire::compare::percentiles::{Latencies, Percentile};

/// Returns latencies of 1, 2, 3, … ns.
fn latencies(calls: u64) -> Latencies {
    Latencies::new((1..=calls).map(Some), 0)
}

fn percents(latencies: &Latencies) -> Vec<f64> {
    latencies.percentiles().iter().map(|percentile| percentile.percent).collect()
}

#[test]
fn percentile_needs_ten_calls_beyond_it() {
    let expected: [(u64, &[f64]); 9] = [
        (0, &[]),
        (19, &[]),
        (20, &[50.0]),
        (99, &[50.0]),
        (100, &[50.0, 90.0]),
        (199, &[50.0, 90.0]),
        (200, &[50.0, 90.0, 95.0]),
        (1_000, &[50.0, 90.0, 95.0, 99.0]),
        (10_000, &[50.0, 90.0, 95.0, 99.0, 99.9]),
    ];
    for (calls, carried) in expected {
        assert_eq!(percents(&latencies(calls)), carried, "{calls} calls");
    }
}

#[test]
fn percentile_is_the_latency_of_a_call() {
    let values: Vec<u64> =
        latencies(1_000).percentiles().iter().map(|percentile| percentile.latency_ns).collect();
    assert_eq!(values, [500, 900, 950, 990]);
}

#[test]
fn call_without_response_is_slower_than_all_others() {
    let answered = (1..=150).map(Some);
    let latencies = Latencies::new(answered.chain([None; 50]), 1_000);
    let bound = |percent, latency_ns, is_lower_bound| Percentile { percent, latency_ns, is_lower_bound };
    assert_eq!(
        latencies.percentiles(),
        [bound(50.0, 100, false), bound(90.0, 1_000, true), bound(95.0, 1_000, true)]
    );
    assert_eq!(latencies.max(), Some(bound(100.0, 1_000, true)));
}

#[test]
fn latency_beyond_give_up_has_no_rank() {
    let latencies = Latencies::new([Some(2_000); 100].into_iter().chain([None]), 1_000);
    assert!(latencies.percentiles().iter().all(|percentile| percentile.is_lower_bound));
}
