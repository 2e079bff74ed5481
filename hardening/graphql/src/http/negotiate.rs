//! Content negotiation: selects the media type of a response.

use std::cmp::Reverse;

use axum::http::HeaderMap;
use hardening_http::accept::Accept;

use crate::response::Media;

/// One of the representations that the server offers for a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// A GraphQL response in this media type.
    Response(Media),
    /// The GraphiQL page.
    Page,
}

impl Offer {
    pub(super) const JSON: Self = Self::Response(Media::Json);
    pub(super) const GRAPHQL: Self = Self::Response(Media::GraphqlResponse);
    pub(super) const EVENTS: Self = Self::Response(Media::EventStream);

    fn media_type(self) -> &'static str {
        match self {
            Self::Response(Media::Json) => "application/json",
            Self::Response(Media::GraphqlResponse) => "application/graphql-response+json",
            Self::Response(Media::EventStream) => "text/event-stream",
            Self::Page => "text/html",
        }
    }
}

/// Returns the one of `offers` that the client prefers, or `None` if it accepts none of them. If it prefers
/// several equally, returns the first of these.
///
/// Without an `Accept` header, returns [`Offer::GRAPHQL`], as the GraphQL over HTTP specification requires
/// since 2025.
pub(super) fn select(headers: &HeaderMap, offers: &[Offer]) -> Option<Offer> {
    let Some(accept) = Accept::from_headers(headers) else { return Some(Offer::GRAPHQL) };
    let accepted = offers.iter().enumerate().filter_map(|(index, offer)| {
        let preference = accept.preference(offer.media_type())?;
        Some(((preference, Reverse(index)), *offer))
    });
    accepted.max_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

    use super::*;

    fn selected(accept: &str) -> Option<Offer> {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        select(&headers, &[Offer::JSON, Offer::GRAPHQL, Offer::EVENTS, Offer::Page])
    }

    #[test]
    fn wildcard_accept_header_selects_json() {
        for accept in ["*/*", "application/*", "application/*; q=0.1, text/*;q=0"] {
            assert_eq!(selected(accept), Some(Offer::JSON), "{accept}");
        }
    }

    #[test]
    fn request_without_accept_header_selects_graphql_media_type() {
        assert_eq!(select(&HeaderMap::new(), &[Offer::JSON, Offer::GRAPHQL]), Some(Offer::GRAPHQL));
    }

    #[test]
    fn weight_specificity_and_order_select_the_media_type() {
        let graphql = "application/graphql-response+json";
        for (accept, offer) in [
            (format!("{graphql}, application/json;q=0.9"), Offer::GRAPHQL),
            (format!("{graphql};q=0.8, application/json;q=0.9"), Offer::JSON),
            (format!("*/*, {graphql}"), Offer::GRAPHQL),
            (format!("application/json, {graphql}"), Offer::JSON),
            (format!("{graphql}; charset=utf-8, application/json"), Offer::GRAPHQL),
            (format!("{graphql}; charset=latin1, application/json"), Offer::JSON),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned(), Offer::Page),
            ("application/json, text/html".to_owned(), Offer::JSON),
            ("text/event-stream".to_owned(), Offer::EVENTS),
            ("text/event-stream, */*;q=0.1".to_owned(), Offer::EVENTS),
        ] {
            assert_eq!(selected(&accept), Some(offer), "{accept}");
        }
    }

    #[test]
    fn unacceptable_types_are_not_selected() {
        for accept in ["image/png", "application/json;q=0", "*/*;q=0", "", "nonsense", "text/html;q=2"] {
            assert_eq!(selected(accept), None, "{accept}");
        }
        assert_eq!(selected("application/json;q=0, */*"), Some(Offer::GRAPHQL));
    }
}
