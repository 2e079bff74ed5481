//! Whether the client takes what there is (RFC 9110, 12.5.1). There is one representation of everything, so there is
//! nothing to choose.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::problem::Problem;

/// The client takes JSON.
pub(crate) struct AcceptsJson;

/// The client takes server-sent events.
pub(crate) struct AcceptsEvents;

impl<S: Send + Sync> FromRequestParts<S> for AcceptsJson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(&parts.headers, "application/json").map(|()| Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AcceptsEvents {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        check(&parts.headers, "text/event-stream").map(|()| Self)
    }
}

fn check(headers: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    if !headers.contains_key(ACCEPT) || takes(lines, media_type) {
        return Ok(());
    }
    let detail = format!("the answer is {media_type}, and Accept does not name it");
    Err(Problem::new(StatusCode::NOT_ACCEPTABLE, detail))
}

/// The most exact range that covers the type decides about it; a weight of 0 refuses.
fn takes<'a>(lines: impl Iterator<Item = &'a str>, media_type: &str) -> bool {
    let covering = lines.flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let exactness = exactness(parts.next()?, media_type)?;
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
        });
        Some((exactness, weight.unwrap_or(1.0)))
    });
    covering.max_by_key(|(exactness, _)| *exactness).is_some_and(|(_, weight)| weight > 0.0)
}

/// How exactly a range names the type; `None` when it names others.
fn exactness(range: &str, media_type: &str) -> Option<u8> {
    if range == "*/*" {
        return Some(0);
    }
    if range.eq_ignore_ascii_case(media_type) {
        return Some(2);
    }
    let (kind, _) = media_type.split_once('/')?;
    range.strip_suffix("/*").filter(|range| range.eq_ignore_ascii_case(kind)).map(|_| 1)
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn the_most_exact_range_decides() {
        for accept in [
            "*/*",
            "application/*",
            "Application/JSON",
            "application/json; charset=utf-8",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html, application/json; q=0.001",
            "*/*;q=0, application/json",
        ] {
            assert!(takes([accept].into_iter(), "application/json"), "{accept}");
        }
        for accept in [
            "",
            "text/html",
            "application/xml",
            "application/json;q=0, */*",
            "application/*;q=0.0, */*",
            "json",
        ] {
            assert!(!takes([accept].into_iter(), "application/json"), "{accept}");
        }
    }
}
