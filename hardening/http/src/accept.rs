//! Parses `Accept` headers for content negotiation (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The media ranges of an `Accept` header.
#[derive(Clone, Debug)]
pub struct Accept(Vec<MediaRange>);

/// A client's preference for a media type; the greater preference wins. It compares the weights first, then
/// the specificities. If both are equal, the earlier position in the header wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    weight: u16,
    specificity: u8,
    position: Reverse<usize>,
}

impl Accept {
    /// Parses the `Accept` header, and ignores invalid elements. Returns `None` if the request has no such
    /// header.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(ACCEPT).iter().peekable();
        lines.peek()?;
        let elements = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        Some(Self(elements.filter_map(MediaRange::parse).collect()))
    }

    /// Returns the client's preference for a media type, which the most specific matching range determines.
    /// Returns `None` if the client does not accept the type.
    #[must_use]
    pub fn preference(&self, media_type: &str) -> Option<Preference> {
        let matching = self.0.iter().enumerate().filter_map(|(position, range)| {
            let specificity = range.specificity(media_type)?;
            Some(Preference { weight: range.weight, specificity, position: Reverse(position) })
        });
        let most_specific = matching.max_by_key(|preference| (preference.specificity, preference.position));
        most_specific.filter(|preference| preference.weight > 0)
    }
}

/// One element of an `Accept` header, such as `text/*;q=0.5`.
#[derive(Clone, Debug)]
struct MediaRange {
    media_type: String,
    /// The parameter `q` in thousandths.
    weight: u16,
}

impl MediaRange {
    /// Parses an element. Returns `None` if its weight is invalid or its charset is not UTF-8.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next()?.to_ascii_lowercase();
        let mut weight = 1000;
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            if name.eq_ignore_ascii_case("q") {
                let q: f32 = value.parse().ok().filter(|q| (0.0..=1.0).contains(q))?;
                weight = (q * 1000.0) as u16;
            } else if name.eq_ignore_ascii_case("charset")
                && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
            {
                return None;
            }
        }
        Some(Self { media_type, weight })
    }

    /// Returns the specificity of this range: 2 if it is `media_type` itself, 1 for a range such as
    /// `application/*`, 0 for `*/*`. Returns `None` if the range does not match.
    fn specificity(&self, media_type: &str) -> Option<u8> {
        match self.media_type.strip_suffix("/*") {
            None => (self.media_type == media_type).then_some(2),
            Some("*") => Some(0),
            Some(kind) => media_type.split_once('/').filter(|(same, _)| *same == kind).map(|_| 1),
        }
    }
}
