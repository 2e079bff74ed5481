//! The diagram as a picture: one SVG file that needs nothing else, for a slide or a web page.
//!
//! Arrows slope down, since what is sent arrives later. One that ends at a call is taken by it; one that ends between
//! calls waits in the other kernel's buffer until somebody reads.

mod panel;
mod shapes;

use std::fmt::Write as _;

use super::model::Sequence;
use panel::Panel;
use shapes::escaped;

/// Colours that are told apart on a projector, and by those who do not see all of them; for a light page, and for a dark
/// one where the reader has asked for that.
const STYLE: &str = include_str!("style.css");

/// A picture of one connection, or of several beside each other.
#[must_use]
pub fn picture(sequences: &[Sequence]) -> String {
    let (mut body, mut width, mut height) = (String::new(), 0.0, 0.0_f64);
    for sequence in sequences {
        let panel = Panel::of(sequence);
        // Writing to a String cannot fail.
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
         <title>{title}: the calls of client and server, and what goes across</title>\n\
         <style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n"
    )
}
