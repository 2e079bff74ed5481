//! The plot, drawn from rows that are written here.

use workshop::wire::compare::conditions::{Concurrency, Connections};
use workshop::wire::compare::plot::axis::Axis;
use workshop::wire::compare::plot::lane::lane;
use workshop::wire::compare::row::Row;
use workshop::wire::lab::api::Api;

fn row(answered: usize, failed: usize) -> Row {
    Row {
        rtt_ns: 0,
        loss: 0.0,
        seed: 1,
        api: Api::Rest,
        connections: Connections::Kept(1),
        concurrency: Concurrency::Many,
        rate: 40.0,
        calls: 20,
        answered,
        failed,
        first_failure: None,
        waiting: 0,
        utilization: None,
        percentiles: Vec::new(),
        max: None,
        packets: 0,
        dropped: 0,
        retransmissions: 0,
        outliers: Vec::new(),
        latencies_ns: vec![Some(1_000_000); answered],
    }
}

/// Returns the note in the lane of a row.
fn note(row: &Row) -> String {
    let drawn = lane(row, &Axis::of([1_000_000].into_iter()), 0.0, 0.0);
    let note = drawn.split_once("class=\"note\">").map_or("", |(_, rest)| rest.split('<').next().unwrap());
    note.to_owned()
}

#[test]
fn plot_counts_failed_and_given_up_calls_apart() {
    assert_eq!(note(&row(15, 2)), "2 failed, 3 given up");
    assert_eq!(note(&row(17, 0)), "3 given up");
    assert_eq!(note(&row(18, 2)), "2 failed");
    assert_eq!(note(&row(20, 0)), "");
}

#[test]
fn overloaded_row_shows_its_failed_calls() {
    assert_eq!(note(&Row { utilization: Some(2.0), ..row(18, 2) }), "overloaded, 2 failed");
}
