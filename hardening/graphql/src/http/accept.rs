//! Which media type an answer gets, negotiated by `Accept`.

use std::cmp::Reverse;

use axum::http::HeaderMap;
use hardening_http::accept::Accept;

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

    fn media_type(self) -> &'static str {
        match self {
            Self::Answer(Media::Json) => "application/json",
            Self::Answer(Media::GraphqlResponse) => "application/graphql-response+json",
            Self::Answer(Media::EventStream) => "text/event-stream",
            Self::Page => "text/html",
        }
    }
}

/// The offer that the client likes best; `None` when it takes none of them. The first offer is for clients that say
/// `*/*`. Those that say nothing get `application/graphql-response+json`, since the specification wants it so from 2025 on.
pub(super) fn best(headers: &HeaderMap, offers: &[Offer]) -> Option<Offer> {
    let Some(accept) = Accept::from_headers(headers) else { return Some(Offer::GRAPHQL) };
    let liked = offers.iter().enumerate().filter_map(|(place, offer)| {
        let preference = accept.preference(offer.media_type())?;
        Some(((preference, Reverse(place)), *offer))
    });
    liked.max_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

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
