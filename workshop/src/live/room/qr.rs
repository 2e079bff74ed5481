//! A URL as a QR code.

use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// Returns the code for a terminal, two rows of modules in each line. Empty if the URL is too long.
pub(super) fn text(url: &str) -> String {
    encode(url).map_or_else(String::new, |code| {
        // Dark modules on a light ground in a terminal with light text on a dark ground.
        let mut picture = code.render::<unicode::Dense1x2>();
        let picture =
            picture.dark_color(unicode::Dense1x2::Light).light_color(unicode::Dense1x2::Dark).build();
        picture.lines().map(|line| format!("  {line}\n")).collect()
    })
}

/// Returns the code as an SVG picture. Empty if the URL is too long.
pub(super) fn picture(url: &str) -> String {
    encode(url)
        .map_or_else(String::new, |code| code.render::<svg::Color<'_>>().min_dimensions(320, 320).build())
}

fn encode(url: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(url, EcLevel::M).ok()
}
