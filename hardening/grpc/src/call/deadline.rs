//! Reads `grpc-timeout`, the client's deadline for the whole call.
//!
//! tonic enforces the deadline only until the response head, and then ends the call with CANCELLED instead of
//! DEADLINE_EXCEEDED. So this crate enforces the deadline, too. Its own timer fires a moment earlier than
//! tonic's timer, which starts only when [`Guarded::call`](super::Guarded) has returned.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use tokio::time::Instant;
use tonic::Status;

use crate::status::ErrorDomain;

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Returns the client's deadline, or `None` if the request has none. The timeout in the header counts from
/// the call of this function, so call it as soon as the request arrives.
///
/// # Errors
/// INTERNAL when the header is malformed.
pub(super) fn read(headers: &HeaderMap, domain: ErrorDomain) -> Result<Option<Instant>, Status> {
    let Some(value) = headers.get(GRPC_TIMEOUT) else {
        return Ok(None);
    };
    let timeout = parse(value.as_bytes()).ok_or_else(|| domain.malformed_timeout(value.as_bytes()))?;
    Ok(Instant::now().checked_add(timeout))
}

/// Parses 1 to 8 digits and a unit, such as `500m`.
fn parse(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let amount = std::str::from_utf8(digits).ok()?.parse().ok()?;
    match unit {
        b'H' => Some(Duration::from_secs(amount * 60 * 60)),
        b'M' => Some(Duration::from_secs(amount * 60)),
        b'S' => Some(Duration::from_secs(amount)),
        b'm' => Some(Duration::from_millis(amount)),
        b'u' => Some(Duration::from_micros(amount)),
        b'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_timeout_unit_is_parsed() {
        let seconds = |value: &str| parse(value.as_bytes()).unwrap().as_secs_f64();
        assert_eq!(seconds("2H"), 7200.0);
        assert_eq!(seconds("2M"), 120.0);
        assert_eq!(seconds("2S"), 2.0);
        assert_eq!(seconds("2m"), 0.002);
        assert_eq!(seconds("2u"), 0.000_002);
        assert_eq!(seconds("2n"), 0.000_000_002);
        assert_eq!(seconds("00000000S"), 0.0);
        assert_eq!(seconds("99999999H"), 359_999_996_400.0);
    }

    #[test]
    fn malformed_timeouts_are_rejected() {
        for value in ["", "S", "5", "5s", "-5S", "+5S", "1.5S", " 5S", "5 S", "123456789m", "5SS", "٣S"] {
            assert_eq!(parse(value.as_bytes()), None, "{value}");
        }
        assert_eq!(parse(b"5\xff"), None);
    }
}
