//! Outliers on a lossy network, with reasons from its recording.

use serde_json::Value;
use tempfile::TempDir;

use super::super::{is_supported, list, number};
use super::run_compare;

/// Reasons that a lost packet can have.
const LOSSES: [&str; 4] = ["syn_timeout", "retransmission_timeout", "fast_retransmit", "head_of_line"];

/// Runs the command with arguments that are separated by spaces. Returns its rows.
fn rows(arguments: &str) -> Vec<Value> {
    let arguments: Vec<&str> = arguments.split(' ').chain(["--json"]).collect();
    let text = run_compare(&TempDir::new().unwrap(), &arguments).ok();
    let report: Value = serde_json::from_str(&text).unwrap();
    list(&report["rows"]).to_vec()
}

/// Returns the reasons of a row's outliers that are losses.
fn losses(row: &Value) -> Vec<&str> {
    let reasons = list(&row["outliers"]).iter().map(|outlier| outlier["reason"].as_str().unwrap());
    reasons.filter(|reason| LOSSES.contains(reason)).collect()
}

/// Five in a hundred packets are lost, and each call needs at least two of them, so some calls wait for a timer of at least
/// 200 ms, and some new connections for that of a SYN, a second. On a busy machine not each row has such outliers: its other
/// calls are slow, too.
#[test]
fn lost_packets_give_outliers_their_reason() {
    if !is_supported() {
        return;
    }
    let rows = rows(
        "--rtt 20ms --loss 5% --calls 100 --rate 50 --connections 8,new --concurrency many --give-up 20s",
    );
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().any(|row| !losses(row).is_empty()), "{rows:?}");
    for row in rows {
        assert!(number(&row["dropped"]) > 0 && number(&row["retransmissions"]) > 0, "{row}");
    }
}

#[test]
fn outliers_without_loss_have_no_loss_reason() {
    if !is_supported() {
        return;
    }
    let rows = rows("--rtt 20ms --loss 0% --calls 50 --rate 100 --connections 1,new --concurrency many");
    for row in rows {
        assert_eq!(number(&row["dropped"]), 0, "{row}");
        assert_eq!(losses(&row), [""; 0], "{row}");
    }
}

/// One connection with one call at a time carries ten calls in a second at this RTT, and a hundred arrive.
#[test]
fn row_with_queued_calls_is_marked_as_overloaded() {
    if !is_supported() {
        return;
    }
    let rows = rows(
        "--rtt 100ms --loss 0% --calls 30 --rate 100 --connections 1 --concurrency 1 --api grpc --give-up 60s",
    );
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(row["utilization"].as_f64().unwrap() >= 10.0, "{row}");
    // The last call waited for those before: its latency counts from its arrival.
    assert!(number(&row["max"]["latency_ns"]) >= 2_600_000_000, "{row}");
    assert_eq!(row["answered"], 30);
}
