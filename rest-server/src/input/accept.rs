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
    let values: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if values.is_empty() || takes(&values.join(","), media_type) {
        return Ok(());
    }
    let detail = format!("the answer is {media_type}, and Accept does not name it");
    Err(Problem::new(StatusCode::NOT_ACCEPTABLE, detail))
}

/// The most exact range that covers the type decides about it; a weight of 0 refuses.
fn takes(accept: &str, media_type: &str) -> bool {
    let any_subtype = media_type.split_once('/').map_or_else(String::new, |(kind, _)| format!("{kind}/*"));
    let covering = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let exactness = match parts.next()? {
            range if range.eq_ignore_ascii_case(media_type) => 2,
            range if range.eq_ignore_ascii_case(&any_subtype) => 1,
            "*/*" => 0,
            _ => return None,
        };
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
        });
        Some((exactness, weight.unwrap_or(1.0)))
    });
    covering.max_by_key(|(exactness, _)| *exactness).is_some_and(|(_, weight)| weight > 0.0)
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
            assert!(takes(accept, "application/json"), "{accept}");
        }
        for accept in [
            "",
            "text/html",
            "application/xml",
            "application/json;q=0, */*",
            "application/*;q=0.0, */*",
            "json",
        ] {
            assert!(!takes(accept, "application/json"), "{accept}");
        }
    }
}
