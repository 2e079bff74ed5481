//! The results as CSV (RFC 4180), with a line for each row.

use super::percentiles::{PERMILLE, Percentile};
use super::row::Row;

/// Returns the line with the names of the columns.
#[must_use]
pub fn heading() -> String {
    let percentiles = PERMILLE.map(|permille| format!("p{}_ms", permille as f64 / 10.0)).join(",");
    format!(
        "rtt_ms,loss,seed,api,connections,concurrency,rate,calls,answered,failed,waiting,utilization,{percentiles},\
         max_ms,packets,dropped,retransmissions,outliers\n"
    )
}

/// Returns the line of a row. A percentile that the number of calls does not carry is an empty cell. The last cell has
/// each outlier with its number, latency and reason, separated by spaces. No cell needs quotes.
#[must_use]
pub fn row(row: &Row) -> String {
    let percentile = |permille: usize| {
        let percent = permille as f64 / 10.0;
        row.percentiles.iter().find(|percentile| percentile.percent == percent).map_or_else(String::new, ms)
    };
    let outliers = row.outliers.iter().map(|outlier| {
        format!("{}:{:.3}:{}", outlier.call, outlier.latency_ns as f64 / 1e6, outlier.reason.code())
    });
    let cells = [
        (row.rtt_ns as f64 / 1e6).to_string(),
        row.loss.to_string(),
        row.seed.to_string(),
        row.api.name().to_owned(),
        row.connections.to_string(),
        row.concurrency.to_string(),
        row.rate.to_string(),
        row.calls.to_string(),
        row.answered.to_string(),
        row.failed.to_string(),
        row.waiting.to_string(),
        row.utilization.map_or_else(String::new, |utilization| format!("{utilization:.3}")),
        PERMILLE.map(percentile).join(","),
        row.max.as_ref().map_or_else(String::new, ms),
        row.packets.to_string(),
        row.dropped.to_string(),
        row.retransmissions.to_string(),
        outliers.collect::<Vec<_>>().join(" "),
    ];
    cells.join(",") + "\n"
}

fn ms(percentile: &Percentile) -> String {
    let bound = if percentile.is_lower_bound { ">" } else { "" };
    format!("{bound}{:.3}", percentile.latency_ns as f64 / 1e6)
}
