//! Which media type an answer gets, negotiated by `Accept`.

use std::cmp::Reverse;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use super::Media;

/// What can be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// A GraphQL response.
    Answer(Media),
    /// The page for a browser.
    Page,
}

impl Offer {
    pub(super) const JSON: Self = Self::Answer(Media::Json);
    pub(super) const GRAPHQL: Self = Self::Answer(Media::GraphqlResponse);
    pub(super) const EVENTS: Self = Self::Answer(Media::EventStream);
    pub(super) const HTML: Self = Self::Page;

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Answer(Media::Json) => ("application", "json"),
            Self::Answer(Media::GraphqlResponse) => ("application", "graphql-response+json"),
            Self::Answer(Media::EventStream) => ("text", "event-stream"),
            Self::Page => ("text", "html"),
        }
    }
}

/// The offer that the client likes best; `None` when it takes none of them. The first offer is for clients that say
/// `*/*`. Those that say nothing get `application/graphql-response+json`, since the specification wants it so from 2025 on.
pub(super) fn best(headers: &HeaderMap, offers: &[Offer]) -> Option<Offer> {
    if !headers.contains_key(ACCEPT) {
        return Some(Offer::GRAPHQL);
    }
    let values: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accept = values.join(",");
    let ranges: Vec<_> = accept.split(',').filter_map(Range::parse).collect();
    let liked = offers.iter().enumerate().filter_map(|(place, offer)| {
        // The most exact range that covers an offer decides about it.
        let covering = ranges.iter().enumerate().filter(|(_, range)| range.covers(*offer));
        let (listed, range) = covering.max_by_key(|(listed, range)| (range.exactness(), Reverse(*listed)))?;
        // Best is what has the highest weight, then what was named most exactly, then first.
        let rank = (range.weight, range.exactness(), Reverse(listed), Reverse(place));
        (range.weight > 0).then_some((rank, *offer))
    });
    liked.max_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

/// One element of `Accept`, such as `text/*;q=0.5`.
struct Range {
    kind: String,
    subtype: String,
    /// In thousandths.
    weight: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
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
        Some(Self { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), weight })
    }

    fn covers(&self, offer: Offer) -> bool {
        let (kind, subtype) = offer.name();
        (self.kind == "*" || self.kind == kind) && (self.subtype == "*" || self.subtype == subtype)
    }

    /// 0 for `*/*`, 1 for `application/*`, 2 for a type by its name.
    fn exactness(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Offer> {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        best(&headers, &[Offer::JSON, Offer::GRAPHQL, Offer::EVENTS, Offer::HTML])
    }

    #[test]
    fn a_client_that_does_not_care_gets_json() {
        for accept in ["*/*", "application/*", "application/*; q=0.1, text/*;q=0"] {
            assert_eq!(chosen(accept), Some(Offer::JSON), "{accept}");
        }
    }

    #[test]
    fn a_client_that_does_not_say_gets_a_status_that_tells() {
        assert_eq!(best(&HeaderMap::new(), &[Offer::JSON, Offer::GRAPHQL]), Some(Offer::GRAPHQL));
    }

    #[test]
    fn the_highest_weight_wins_then_the_most_exact_then_the_first() {
        let graphql = "application/graphql-response+json";
        for (accept, offer) in [
            (format!("{graphql}, application/json;q=0.9"), Offer::GRAPHQL),
            (format!("{graphql};q=0.8, application/json;q=0.9"), Offer::JSON),
            (format!("*/*, {graphql}"), Offer::GRAPHQL),
            (format!("application/json, {graphql}"), Offer::JSON),
            (format!("{graphql}; charset=utf-8, application/json"), Offer::GRAPHQL),
            (format!("{graphql}; charset=latin1, application/json"), Offer::JSON),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned(), Offer::HTML),
            ("application/json, text/html".to_owned(), Offer::JSON),
            ("text/event-stream".to_owned(), Offer::EVENTS),
            ("text/event-stream, */*;q=0.1".to_owned(), Offer::EVENTS),
        ] {
            assert_eq!(chosen(&accept), Some(offer), "{accept}");
        }
    }

    #[test]
    fn what_is_not_taken_is_not_given() {
        for accept in ["image/png", "application/json;q=0", "*/*;q=0", "", "nonsense", "text/html;q=2"] {
            assert_eq!(chosen(accept), None, "{accept}");
        }
        assert_eq!(chosen("application/json;q=0, */*"), Some(Offer::GRAPHQL));
    }
}
