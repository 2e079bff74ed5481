//! Authentication: the kinds of requests and responses, without their secrets.

use super::super::text::short_bytes;
use super::fields::Fields;

/// Byte that replaces each byte of a password or another secret in recordings.
const MASK: u8 = b'*';

const SASL: i32 = 10;

/// Returns the name of the message in which a client responds to an authentication request of this kind.
pub(super) fn response_name(kind: i32) -> Option<&'static str> {
    Some(match kind {
        3 | 5 => "PasswordMessage",
        7..=9 => "GSSResponse",
        SASL => "SASLInitialResponse",
        11 => "SASLResponse",
        _ => return None,
    })
}

/// Describes an authentication request as text: its kind, and the offered SASL mechanisms.
pub(super) fn request_text(kind: i32, fields: Fields<'_>) -> String {
    let name = match kind {
        0 => "Ok",
        2 => "KerberosV5",
        3 => "CleartextPassword",
        5 => "MD5Password",
        7 => "GSS",
        8 => "GSSContinue",
        9 => "SSPI",
        SASL => return sasl(fields),
        11 => "SASLContinue",
        12 => "SASLFinal",
        other => return format!("kind {other}"),
    };
    name.to_owned()
}

fn sasl(mut fields: Fields<'_>) -> String {
    let names = std::iter::from_fn(|| fields.string().filter(|name| !name.is_empty() && !is_masked(name)));
    let names: Vec<String> = names.take(4).map(|name| short_bytes(name, false)).collect();
    format!("SASL {}", names.join(", ")).trim_end().to_owned()
}

/// Returns the name of the SASL mechanism that a `SASLInitialResponse` chooses. Returns an empty string for
/// an unknown name, because that may be a secret.
pub(super) fn mechanism(body: &[u8]) -> &'static str {
    const KNOWN: [&str; 3] = ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "OAUTHBEARER"];
    let name = Fields::new(body).string().unwrap_or_default();
    KNOWN.into_iter().find(|known| known.as_bytes() == name).unwrap_or_default()
}

fn is_masked(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == MASK)
}
