//! The markers of outliers, by the kind of their reason.

use std::fmt::Write as _;

use crate::wire::compare::reason::Reason;

/// Width of the legend, in pixels.
pub const LEGEND: f64 = 1_120.0;

/// Number of kinds.
const KINDS: usize = 6;

/// Name, colour and shape of each kind of reason. Colour-blind people can distinguish the colours (Okabe and Ito), and
/// the shapes need none. A shape is a path around the origin.
const KIND: [(&str, &str, &str); KINDS] = [
    ("lost, sent again after a timeout", "#d55e00", "M-4-4L4 4M-4 4L4-4"),
    ("lost, fast retransmit", "#0072b2", "M0-4.5L4.5 4H-4.5Z"),
    ("behind a lost segment of another call", "#cc79a7", "M-4-4H4V4H-4Z"),
    ("queued behind earlier calls", "#009e73", "M0-5L5 0L0 5L-5 0Z"),
    ("busy machine or program", "#7a6a00", "M-4 0H4M0-4V4"),
    ("unknown", "#000000", "M-3.5 0A3.5 3.5 0 1 0 3.5 0A3.5 3.5 0 1 0-3.5 0Z"),
];

fn kind(reason: Reason) -> usize {
    match reason {
        Reason::SynTimeout | Reason::RetransmissionTimeout => 0,
        Reason::FastRetransmit => 1,
        Reason::HeadOfLine => 2,
        Reason::Queue => 3,
        Reason::LatePacket
        | Reason::LateArrival
        | Reason::LateRead
        | Reason::Client
        | Reason::Server
        | Reason::Busy => 4,
        Reason::Unknown => 5,
    }
}

/// Returns the definitions of the shapes.
#[must_use]
pub fn definitions() -> String {
    let mut out = String::from("<defs>\n");
    for (number, (_, colour, path)) in KIND.iter().enumerate() {
        let _ = writeln!(
            out,
            "<path id=\"k{number}\" d=\"{path}\" fill=\"{colour}\" fill-opacity=\"0.25\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
        );
    }
    out + "</defs>\n"
}

/// Returns a marker with a tooltip. The title must need no escapes.
#[must_use]
pub fn marker(reason: Reason, x: f64, y: f64, title: &str) -> String {
    format!("<use href=\"#k{}\" x=\"{x:.1}\" y=\"{y:.1}\"><title>{title}</title></use>\n", kind(reason))
}

/// Returns the explanation of the markers, from the given position to the right.
#[must_use]
pub fn legend(x: f64, y: f64) -> String {
    let mut out = String::new();
    let mut x = x;
    for (number, (name, _, _)) in KIND.iter().enumerate() {
        let _ = write!(out, "<use href=\"#k{number}\" x=\"{x}\" y=\"{}\"/>", y - 4.0);
        let _ = writeln!(out, "<text x=\"{}\" y=\"{y}\">{name}</text>", x + 10.0);
        x += 34.0 + 6.6 * name.len() as f64;
    }
    out
}
