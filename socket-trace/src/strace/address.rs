//! Parses socket addresses, as arguments of a call and in the comments of descriptors (`-yy`).

use std::net::{IpAddr, SocketAddr};

use socket_tap::event::{Addr, Domain, SocketKind};

use super::text::quoted;

/// Parses an address as strace prints it: `{sa_family=AF_INET, sin_port=htons(80),
/// sin_addr=inet_addr("127.0.0.1")}`, or an IPv6 or Unix-domain address.
pub(crate) fn address(text: &str) -> Option<Addr> {
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
    let Some(path) = fields.strip_prefix("AF_UNIX, sun_path=") else { return UNNAMED.to_owned() };
    let path_of =
        |text| quoted(text, MAX_PATH).map(|quoted| String::from_utf8_lossy(&quoted.bytes).into_owned());
    match path.strip_prefix('@') {
        Some(name) => format!("\0{}", path_of(name).unwrap_or_default()),
        None => path_of(path).unwrap_or_default(),
    }
}

/// Address of a Unix-domain socket without a path.
pub(super) const UNNAMED: &str = "(unnamed)";

/// Maximum length of the path of a Unix-domain socket, and more.
const MAX_PATH: usize = 4096;

/// Kind and addresses of a socket, from the comment of a descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) domain: Domain,
    pub(super) kind: SocketKind,
    pub(super) local: Option<Addr>,
    pub(super) peer: Option<Addr>,
}

impl Described {
    /// Parses a comment such as `TCP:[127.0.0.1:3000->127.0.0.1:51234]`. `None` if it is not that of an Internet or
    /// Unix-domain socket.
    pub(super) fn parse(comment: &str) -> Option<Self> {
        let (protocol, inside) = comment.split_once(":[")?;
        let inside = inside.strip_suffix(']')?;
        let (domain, kind) = match protocol {
            "TCP" => (Domain::Ipv4, SocketKind::Stream),
            "TCPv6" => (Domain::Ipv6, SocketKind::Stream),
            "UDP" => (Domain::Ipv4, SocketKind::Datagram),
            "UDPv6" => (Domain::Ipv6, SocketKind::Datagram),
            "UNIX-STREAM" => (Domain::Unix, SocketKind::Stream),
            "UNIX-DGRAM" => (Domain::Unix, SocketKind::Datagram),
            _ => return None,
        };
        if domain == Domain::Unix {
            return Some(Self { domain, kind, local: unix_path(inside), peer: None });
        }
        let (local, peer) = inside.split_once("->").unwrap_or((inside, ""));
        let ip = |text: &str| text.parse().ok().map(Addr::Ip);
        Some(Self { domain, kind, local: ip(local), peer: ip(peer) })
    }
}

/// Returns the path in `3281779->3281775,"/tmp/a.sock"`.
fn unix_path(inside: &str) -> Option<Addr> {
    let (_, path) = inside.split_once(',')?;
    let (start, path) = path.strip_prefix('@').map_or(("", path), |name| ("@", name));
    let path = quoted(path, MAX_PATH)?.bytes;
    Some(Addr::Other(format!("{start}{}", String::from_utf8_lossy(&path))))
}

/// Converts an address of the log to one of a trace, where an abstract name begins with `@`.
pub(super) fn in_trace(address: Addr) -> Addr {
    match address {
        Addr::Other(name) if name.starts_with('\0') => Addr::Other(name.replacen('\0', "@", 1)),
        address => address,
    }
}

/// Returns `true` if the kernel replaces the address when it binds the socket: the port is 0.
pub(super) fn is_incomplete(address: &Addr) -> bool {
    matches!(address, Addr::Ip(address) if address.port() == 0)
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
    }

    #[test]
    fn comments_of_descriptors_are_parsed() {
        let ip = |text: &str| Some(Addr::Ip(text.parse().unwrap()));
        let connected = Described::parse("TCP:[127.0.0.1:3000->127.0.0.1:51234]").unwrap();
        assert_eq!((connected.local, connected.peer), (ip("127.0.0.1:3000"), ip("127.0.0.1:51234")));
        let bound = Described::parse("UDPv6:[[::1]:57434]").unwrap();
        assert_eq!(
            (bound.domain, bound.kind, bound.local),
            (Domain::Ipv6, SocketKind::Datagram, ip("[::1]:57434"))
        );
        let unbound = Described::parse("TCP:[3117192]").unwrap();
        assert_eq!((unbound.local, unbound.peer), (None, None));
        let unix = Described::parse(r#"UNIX-STREAM:[1->2,"/tmp/a\"b.sock"]"#).unwrap();
        assert_eq!(unix.local, Some(Addr::Other("/tmp/a\"b.sock".to_owned())));
        assert_eq!(Described::parse("pipe:[1]"), None);
    }
}
