//! Table, JSON, CSV and SVG.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::super::{is_supported, list, number};
use super::run_compare;
use crate::support::program::{find, run};

/// Two rows of 20 calls, in less than a second.
pub(super) const QUICK: [&str; 14] = [
    "--rtt",
    "0ms",
    "--loss",
    "0%",
    "--calls",
    "20",
    "--rate",
    "100",
    "--api",
    "rest,grpc",
    "--connections",
    "1",
    "--concurrency",
    "many",
];

#[test]
fn csv_has_a_cell_for_each_column() {
    if !is_supported() {
        return;
    }
    let text = run_compare(&TempDir::new().unwrap(), &[&QUICK[..], &["--csv"]].concat()).ok();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let [heading, rest, grpc] = lines.as_slice() else { panic!("{text}") };
    assert_eq!((rest.len(), grpc.len()), (heading.len(), heading.len()), "{text}");
    let cell =
        |row: &[&str], column: &str| row[heading.iter().position(|name| *name == column).unwrap()].to_owned();
    let conditions = ["rtt_ms", "loss", "api", "connections", "concurrency", "rate", "calls"];
    assert_eq!(conditions.map(|column| cell(rest, column)), ["0", "0", "rest", "1", "many", "100", "20"]);
    assert_eq!(cell(grpc, "api"), "grpc");
    assert!(cell(rest, "p50_ms").parse::<f64>().unwrap() > 0.0);
    assert_eq!(cell(rest, "p90_ms"), "");
}

#[test]
fn json_row_has_its_conditions_and_percentiles() {
    if !is_supported() {
        return;
    }
    let text = run_compare(&TempDir::new().unwrap(), &[&QUICK[..], &["--json"]].concat()).ok();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["is_complete"], true);
    let [rest, grpc] = list(&report["rows"]) else { panic!("{report}") };
    assert_eq!((&rest["api"], &grpc["api"]), (&Value::from("rest"), &Value::from("grpc")));
    for row in [rest, grpc] {
        assert_eq!((number(&row["rtt_ns"]), number(&row["calls"]), number(&row["answered"])), (0, 20, 20));
        assert_eq!((&row["connections"], &row["concurrency"]), (&Value::from(1), &Value::from("many")));
        assert_eq!((&row["loss"], &row["rate"]), (&Value::from(0.0), &Value::from(100.0)));
        let [median] = list(&row["percentiles"]) else { panic!("{row}") };
        assert_eq!(median["percent"], 50.0);
        assert!(number(&median["latency_ns"]) <= number(&row["max"]["latency_ns"]));
    }
}

#[test]
fn plot_is_well_formed_svg() {
    let Some(python) = find("python3") else { return };
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let plot = directory.path().join("plot.svg");
    let table = run_compare(&directory, &[&QUICK[..], &["--output", plot.to_str().unwrap()]].concat()).ok();
    assert!(table.lines().any(|line| line.contains("REST")), "{table}");
    let text = std::fs::read_to_string(&plot).unwrap();
    for part in ["RTT 0ms, loss 0%", ">REST<", ">gRPC<", "1 connection, many at once"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_is_xml(&python, &plot);
}

fn assert_is_xml(python: &Path, file: &Path) {
    let parse = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
    let ran = run(python, &["-c", parse, file.to_str().unwrap()]);
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
}
