//! Which media types a client takes, and how much it likes them (RFC 9110, section 12.5.1).

use std::cmp::Reverse;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The ranges of `Accept`.
#[derive(Clone, Debug)]
pub struct Accept(Vec<Range>);

/// How much a client likes a media type: what has the highest weight, then what it names most exactly, then first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    weight: u16,
    exactness: u8,
    listed: Reverse<usize>,
}

impl Accept {
    /// `None` when the client does not say.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges = lines.flat_map(|line| line.split(',')).filter_map(Range::parse).collect();
        headers.contains_key(ACCEPT).then_some(Self(ranges))
    }

    /// `None` when the client does not take that media type. The most exact range that covers it decides.
    #[must_use]
    pub fn preference(&self, media_type: &str) -> Option<Preference> {
        let covering = self.0.iter().enumerate().filter_map(|(place, range)| {
            let exactness = range.exactness(media_type)?;
            Some(Preference { weight: range.weight, exactness, listed: Reverse(place) })
        });
        covering
            .max_by_key(|preference| (preference.exactness, preference.listed))
            .filter(|preference| preference.weight > 0)
    }
}

/// One element of `Accept`, such as `text/*;q=0.5`.
#[derive(Clone, Debug)]
struct Range {
    media_type: String,
    /// In thousandths.
    weight: u16,
}

impl Range {
    /// `None` for what is no range, or none for this server: all that it says is in UTF-8.
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

    /// How exactly it names the type: 0 for `*/*`, 1 for `application/*`, 2 by its name; `None` when it names others.
    fn exactness(&self, media_type: &str) -> Option<u8> {
        match self.media_type.strip_suffix("/*") {
            None => (self.media_type == media_type).then_some(2),
            Some("*") => Some(0),
            Some(kind) => media_type.split_once('/').filter(|(same, _)| *same == kind).map(|_| 1),
        }
    }
}
