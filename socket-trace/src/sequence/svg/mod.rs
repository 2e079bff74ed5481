//! Draws the diagram as one self-contained SVG file.
//!
//! Arrows slope down, since a signal arrives later than it was sent. If an arrow ends at a socket call, this
//! call received the signal. If an arrow ends between socket calls, its data waits in the receive buffer of
//! the receiving kernel.

mod panel;
mod shapes;

use std::fmt::Write as _;

use super::model::Sequence;
use panel::Panel;
use shapes::escaped;

/// Style sheet with a light and a dark scheme. The colours are distinct on a projector and for colour-blind
/// readers.
const STYLE: &str = include_str!("style.css");

/// Draws one connection, or several connections side by side, as an SVG file.
#[must_use]
pub fn picture(sequences: &[Sequence]) -> String {
    let (mut body, mut width, mut height) = (String::new(), 0.0, 0.0_f64);
    for sequence in sequences {
        let panel = Panel::of(sequence);
        // Writing to a `String` cannot fail.
        let _ = writeln!(body, "<g transform=\"translate({width:.0} 0)\">");
        height = height.max(panel.draw(&mut body));
        body.push_str("</g>\n");
        width += panel.width();
    }
    let titles: Vec<String> = sequences.iter().map(|sequence| escaped(&sequence.title)).collect();
    let title = titles.join(", ");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
         <title>{title}: socket calls of client and server</title>\n\
         <style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n"
    )
}
