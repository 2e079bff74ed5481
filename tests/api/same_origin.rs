//! Tests of the check that a browser's request comes from a page of the same origin.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use hardening_http::origin::is_same_origin;

fn own(pairs: &[(HeaderName, &'static str)]) -> bool {
    own_at("/", pairs)
}

fn own_at(uri: &'static str, pairs: &[(HeaderName, &'static str)]) -> bool {
    let pairs = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
    let mut headers = HeaderMap::new();
    pairs.for_each(|(name, value)| {
        headers.append(name, value);
    });
    is_same_origin(&headers, &Uri::from_static(uri))
}

#[test]
fn request_origin_must_match_the_server() {
    let host = (HOST, "localhost:8080");
    assert!(own(std::slice::from_ref(&host)));
    assert!(own(&[host.clone(), (ORIGIN, "http://LOCALHOST:8080")]));
    for foreign in ["http://localhost", "http://localhost:80801", "http://evil.example", "null", ""] {
        assert!(!own(&[host.clone(), (ORIGIN, foreign)]), "{foreign}");
    }
    let origin = [(ORIGIN, "http://localhost:8080")];
    assert!(!own(&origin));
    // The form that an HTTP/2 request has.
    assert!(own_at("http://localhost:8080/", &origin));
    assert!(!own_at("http://localhost:8081/", &origin));
    // The authority of the URI takes precedence over `Host`.
    assert!(own_at("http://localhost:8080/", &[(HOST, "evil.example"), origin[0].clone()]));
    assert!(!own_at("http://evil.example/", &[host.clone(), origin[0].clone()]));
    let twice = (ORIGIN, "http://localhost:8080");
    assert!(!own(&[host, twice.clone(), twice]));
}
