//! Writes SVG elements: lines, arrows, dots and text.

use std::fmt::Write as _;

/// A position in the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) x: f64,
    pub(super) y: f64,
}

pub(super) fn line(out: &mut String, class: &str, from: At, to: At) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        out,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.x, from.y, to.x, to.y
    );
}

/// Draws an arrow from `from` to `to`, with `label` along its line. `class` is the CSS class of the arrow;
/// `dashed` states how its line is drawn.
pub(super) fn arrow(out: &mut String, (class, dashed): (&str, bool), from: At, to: At, label: &str) {
    let angle = (to.y - from.y).atan2(to.x - from.x);
    let side = |turn: f64| {
        let (sin, cos) = (angle + turn).sin_cos();
        At { x: to.x - 12.0 * cos, y: to.y - 12.0 * sin }
    };
    let (one, other) = (side(0.42), side(-0.42));
    let dashed = if dashed { " dashed" } else { "" };
    line(out, &format!("arrow {class}{dashed}"), from, to);
    let _ = writeln!(
        out,
        "<path class=\"arrow {class}\" d=\"M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}\"/>",
        one.x, one.y, to.x, to.y, other.x, other.y
    );
    along(out, class, (from, to), label);
}

/// Draws text along a line, beginning where the line begins.
pub(super) fn at_begin(out: &mut String, class: &str, (from, to): (At, At), label: &str) {
    let slope = ((to.y - from.y) / (to.x - from.x)).atan().to_degrees();
    let (anchor, x) = if to.x > from.x { ("start", 14.0) } else { ("end", -14.0) };
    let _ = writeln!(
        out,
        "<text class=\"{class}\" text-anchor=\"{anchor}\" transform=\"translate({:.1} {:.1}) rotate({slope:.2})\" \
         x=\"{x}\" y=\"-5\">{label}</text>",
        from.x, from.y
    );
}

/// Draws text along a line.
fn along(out: &mut String, class: &str, (from, to): (At, At), label: &str) {
    if label.is_empty() {
        return;
    }
    let middle = At { x: f64::midpoint(from.x, to.x), y: f64::midpoint(from.y, to.y) };
    // Text runs from left to right regardless of the arrow's direction.
    let slope = ((to.y - from.y) / (to.x - from.x)).atan().to_degrees();
    let _ = writeln!(
        out,
        "<text class=\"{class}\" text-anchor=\"middle\" transform=\"translate({:.1} {:.1}) rotate({slope:.2})\" \
         y=\"-7\">{label}</text>",
        middle.x, middle.y
    );
}

/// Draws the arrow of a packet that did not arrive: a line that ends with a cross.
pub(super) fn lost_arrow(out: &mut String, (class, dashed): (&str, bool), from: At, to: At) {
    let end = At { x: from.x + (to.x - from.x) * 0.8, y: from.y + (to.y - from.y) * 0.8 };
    line(out, &format!("arrow {class}{}", if dashed { " dashed" } else { "" }), from, end);
    for turn in [-8.0, 8.0] {
        let (one, other) = (At { x: end.x - 8.0, y: end.y - turn }, At { x: end.x + 8.0, y: end.y + turn });
        line(out, &format!("arrow {class}"), one, other);
    }
}

pub(super) fn dot(out: &mut String, class: &str, at: At) {
    let _ = writeln!(out, "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>", at.x, at.y);
}

/// Draws text at a position. `anchor` is the part of the text that is at this position: `start`, `middle` or
/// `end`; `text` must be escaped.
pub(super) fn words(out: &mut String, class: &str, anchor: &str, at: At, text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(
        out,
        "<text{class} text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
        at.x, at.y
    );
}

/// Escapes text for XML, and replaces characters that XML 1.0 forbids.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
