//! Labels traces uniquely.

use std::path::Path;

use crate::summary::Summary;

/// Functions that return the possible labels of a trace, in the order in which they are tried: its name, its
/// file name, its path.
const CANDIDATES: [fn(&Summary) -> &str; 3] = [name, file_name, source];

/// Labels each trace with its name. If another trace of the same side has the same name, uses the file name
/// instead, or else the path.
pub(super) fn assign_unique(traces: &mut [Summary]) {
    let labels: Vec<String> = (0..traces.len()).map(|index| label(traces, index)).collect();
    for (trace, label) in traces.iter_mut().zip(labels) {
        trace.label = label;
    }
}

fn label(traces: &[Summary], index: usize) -> String {
    let trace = &traces[index];
    let others = || traces.iter().enumerate().filter(|(other, at)| *other != index && at.side == trace.side);
    let unique =
        |candidate: &&fn(&Summary) -> &str| others().all(|(_, other)| candidate(other) != candidate(trace));
    match CANDIDATES.iter().find(unique) {
        Some(candidate) => candidate(trace).to_owned(),
        // The same file was given twice.
        None => {
            let before = others().filter(|(other, at)| *other < index && at.source == trace.source).count();
            format!("{} ({})", file_name(trace), before + 1)
        }
    }
}

fn name(trace: &Summary) -> &str {
    &trace.name
}

fn file_name(trace: &Summary) -> &str {
    Path::new(&trace.source).file_name().and_then(|name| name.to_str()).unwrap_or(&trace.source)
}

fn source(trace: &Summary) -> &str {
    &trace.source
}
