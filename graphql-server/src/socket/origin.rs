//! Whether a WebSocket was opened by a page of this very site.
//!
//! Browsers let every page open a WebSocket to every server, without asking the server first. They do say whose page it
//! is, and programs that are not browsers say nothing.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

pub(super) fn is_own(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return !headers.contains_key(ORIGIN);
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // `null`, the origin of a page in a sandbox, has no `://` and is nobody's own.
    let origin_host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.zip(origin_host).is_some_and(|(host, origin)| host.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn own(pairs: &[(HeaderName, &'static str)]) -> bool {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| {
            headers.append(name, value);
        });
        is_own(&headers)
    }

    #[test]
    fn only_a_page_of_the_same_host_and_port_passes() {
        let host = (HOST, "localhost:8080");
        assert!(own(std::slice::from_ref(&host)));
        assert!(own(&[host.clone(), (ORIGIN, "http://LOCALHOST:8080")]));
        for foreign in ["http://localhost", "http://localhost:80801", "http://evil.example", "null", ""] {
            assert!(!own(&[host.clone(), (ORIGIN, foreign)]), "{foreign}");
        }
        assert!(!own(&[(ORIGIN, "http://localhost:8080")]));
        let twice = (ORIGIN, "http://localhost:8080");
        assert!(!own(&[host, twice.clone(), twice]));
    }
}
