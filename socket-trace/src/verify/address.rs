//! Parses socket addresses printed by strace, and compares them with the addresses in a trace.

use std::net::{IpAddr, SocketAddr};

use socket_tap::event::Addr;

/// Parses an address as strace prints it: `{sa_family=AF_INET, sin_port=htons(80),
/// sin_addr=inet_addr("127.0.0.1")}`, or an IPv6 or Unix-domain address.
pub(super) fn address(text: &str) -> Option<Addr> {
    let (_, fields) = text.split_once("sa_family=")?;
    if fields.starts_with("AF_UNIX") {
        return Some(Addr::Other(unix(fields)));
    }
    let between = |before: &str, after: char| fields.split_once(before)?.1.split(after).next();
    let port = between("_port=htons(", ')')?.parse().ok()?;
    let ip = between("inet_addr(\"", '"').or_else(|| between("inet_pton(AF_INET6, \"", '"'))?;
    Some(Addr::Ip(SocketAddr::new(ip.parse::<IpAddr>().ok()?, port)))
}

/// Returns the path of a Unix-domain socket, or `(unnamed)` as in a trace. An abstract name starts with a
/// zero byte, as in the kernel.
fn unix(fields: &str) -> String {
    let Some((_, path)) = fields.split_once("sun_path=") else { return "(unnamed)".to_owned() };
    match path.strip_prefix('@') {
        Some(name) => format!("\0{}", unquoted(name)),
        None => unquoted(path),
    }
}

/// Unescapes a C string. Invalid UTF-8 becomes U+FFFD, as in a trace.
fn unquoted(text: &str) -> String {
    let mut rest = text.strip_prefix('"').unwrap_or(text).bytes().peekable();
    let mut bytes = Vec::new();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => bytes.push(match rest.next() {
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(b'v') => 0x0b,
                Some(b'f') => 0x0c,
                Some(digit @ b'0'..=b'7') => {
                    let mut value = digit - b'0';
                    for _ in 0..2 {
                        let Some(digit) = rest.next_if(|byte| (b'0'..=b'7').contains(byte)) else { break };
                        value = value.wrapping_mul(8).wrapping_add(digit - b'0');
                    }
                    value
                }
                Some(other) => other,
                None => break,
            }),
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns `true` if the address `trace` in a trace stands for the address `kernel` in the log. The two texts
/// may differ, for example because tokio reports an abstract Unix-domain name as `(unnamed)`.
pub(super) fn same(kernel: Option<&Addr>, trace: Option<&Addr>) -> bool {
    match (kernel, trace) {
        (Some(Addr::Ip(kernel)), Some(Addr::Ip(trace))) => {
            // strace prints the scope of an IPv6 address as the name of its interface, the trace as a number.
            kernel.ip() == trace.ip() && kernel.port() == trace.port()
        }
        // tokio hides abstract names.
        (Some(Addr::Other(kernel)), Some(Addr::Other(trace))) => {
            kernel == trace || (kernel.starts_with('\0') && trace == "(unnamed)")
        }
        (kernel, trace) => kernel == trace,
    }
}

/// Returns `true` if a bind to the address `requested` may result in the address `assigned`: both are equal,
/// or `requested` has port 0, which stands for any free port.
pub(super) fn is_assigned(requested: &Addr, assigned: &Addr) -> bool {
    match (requested, assigned) {
        (Addr::Ip(requested), Addr::Ip(assigned)) => {
            requested.ip() == assigned.ip() && (requested.port() == 0 || requested.port() == assigned.port())
        }
        (requested, assigned) => same(Some(requested), Some(assigned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_paths_in_strace_logs_are_unescaped() {
        let parsed = |text: &str| address(text).map(|address| address.to_string());
        let path = parsed(r#"{sa_family=AF_UNIX, sun_path="/tmp/\303\274 \"x\"\n\1.sock"}"#);
        assert_eq!(path.as_deref(), Some("/tmp/ü \"x\"\n\u{1}.sock"));
        assert_eq!(parsed("{sa_family=AF_UNIX}").as_deref(), Some("(unnamed)"));
        assert_eq!(parsed(r#"{sa_family=AF_UNIX, sun_path=@"n"}"#).as_deref(), Some("\0n"));
        assert_eq!(parsed("NULL"), None);
        assert_eq!(parsed(r#"{sa_family=AF_UNIX, sun_path="/cut\"#).as_deref(), Some("/cut"));
    }

    #[test]
    fn abstract_unix_name_matches_unnamed_address() {
        let [name, unnamed, path] = ["\0n", "(unnamed)", "/p"].map(|text| Addr::Other(text.to_owned()));
        assert!(same(Some(&name), Some(&unnamed)) && same(Some(&name), Some(&name)));
        assert!(!same(Some(&path), Some(&unnamed)) && !same(None, Some(&unnamed)));
    }

    #[test]
    fn ipv6_scope_is_not_compared() {
        let kernel = address(
            r#"{sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "fe80::1", &sin6_addr), sin6_scope_id=if_nametoindex("eth0")}"#,
        );
        let trace: Addr = "[fe80::1%3]:1".parse().unwrap();
        assert!(matches!(trace, Addr::Ip(_)) && same(kernel.as_ref(), Some(&trace)));
    }
}
