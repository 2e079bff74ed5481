//! Describes `ClientHello` and `ServerHello` messages: RFC 8446, section 4.1; RFC 5246, section 7.4.1.

use super::super::text::short;
use super::fields::Fields;
use super::names;
use super::session::Session;

/// The value of `random` that marks a `ServerHello` as `HelloRetryRequest` (RFC 8446, section 4.1.3).
pub(super) const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Extension number of the server name. The extension numbers are from RFC 6066, RFC 7301 and RFC 8446.
const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;

/// Maximum number of application protocols or TLS versions shown in a text.
const MAX_NAMES: usize = 8;

/// Describes a `ClientHello`: `SNI shop.test, ALPN h2 http/1.1, offers TLS 1.3 TLS 1.2`. If `is_cut`,
/// describes only the fields that are complete.
pub(super) fn client(message: &[u8], is_cut: bool) -> String {
    let mut fields = Fields(message);
    let (mut name, mut protocols, mut versions) = (None, None, None);
    for (kind, extension) in client_extensions(&mut fields).into_iter().flatten() {
        match kind {
            SERVER_NAME => name = server_name(extension).map(|name| format!("SNI {}", short(&name))),
            ALPN => protocols = alpn(extension),
            SUPPORTED_VERSIONS => versions = versions_of(extension),
            _ => {}
        }
    }
    if versions.is_none() && !is_cut {
        versions = Fields(message).u16().and_then(names::version).map(str::to_owned);
    }
    let versions = versions.map(|versions| format!("offers {versions}"));
    // In a fixed order, because clients may shuffle their extensions.
    let texts: Vec<String> = [name, protocols, versions].into_iter().flatten().collect();
    texts.join(", ")
}

/// Describes a `ServerHello`: `TLS 1.3, TLS_AES_128_GCM_SHA256`. Stores the version and cipher suite in
/// `session`.
pub(super) fn server(message: &[u8], is_cut: bool, session: &mut Session) -> String {
    server_fields(message, is_cut, session).unwrap_or_default()
}

fn server_fields(message: &[u8], is_cut: bool, session: &mut Session) -> Option<String> {
    let mut fields = Fields(message);
    let legacy_version = fields.u16()?;
    let is_retry = fields.take(32)? == RETRY;
    fields.vector8()?;
    let cipher_suite = fields.u16()?;
    fields.u8()?;
    // Without the extension, the legacy field is the version; but in a cut message the extension may be missing.
    let (mut version, mut protocols) = ((!is_cut).then_some(legacy_version), None);
    for (kind, mut extension) in extensions(fields.vector16_or_beginning()) {
        match kind {
            SUPPORTED_VERSIONS => version = extension.u16().or(version),
            ALPN => protocols = alpn(extension),
            _ => {}
        }
    }
    *session = Session { version: version.or(session.version), cipher_suite: Some(cipher_suite) };
    let mut texts = vec![names::cipher_suite(cipher_suite)];
    if let Some(name) = version.and_then(names::version) {
        texts.insert(0, name.to_owned());
    }
    if is_retry {
        texts.insert(0, "HelloRetryRequest".to_owned());
    }
    texts.extend(protocols);
    Some(texts.join(", "))
}

fn client_extensions<'a>(
    fields: &mut Fields<'a>,
) -> Option<impl Iterator<Item = (u16, Fields<'a>)> + use<'a>> {
    fields.u16()?;
    fields.take(32)?;
    fields.vector8()?;
    fields.vector16()?;
    fields.vector8()?;
    Some(extensions(fields.vector16_or_beginning()))
}

/// Returns the number and content of each complete extension in a block of extensions.
fn extensions(block: Option<Fields<'_>>) -> impl Iterator<Item = (u16, Fields<'_>)> {
    let mut block = block.unwrap_or(Fields(b""));
    std::iter::from_fn(move || Some((block.u16()?, block.vector16()?)))
}

fn server_name(mut extension: Fields<'_>) -> Option<String> {
    const HOST_NAME: u8 = 0;
    let mut list = extension.vector16()?;
    let mut names = std::iter::from_fn(|| Some((list.u8()?, list.vector16()?)));
    names.find(|(kind, _)| *kind == HOST_NAME).map(|(_, name)| text(name))
}

fn alpn(mut extension: Fields<'_>) -> Option<String> {
    let mut list = extension.vector16()?;
    let names: Vec<String> = std::iter::from_fn(|| list.vector8()).take(MAX_NAMES).map(text).collect();
    let more = if list.is_empty() { "" } else { " …" };
    Some(format!("ALPN {}{more}", short(&names.join(" "))))
}

fn versions_of(mut extension: Fields<'_>) -> Option<String> {
    let mut list = extension.vector8()?;
    let numbers = std::iter::from_fn(|| list.u16());
    let names: Vec<&str> = numbers.filter_map(names::version).take(MAX_NAMES).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

fn text(Fields(bytes): Fields<'_>) -> String {
    std::str::from_utf8(bytes).unwrap_or("binary").to_owned()
}
