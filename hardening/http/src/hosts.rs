//! The hosts that a request may be addressed to.
//!
//! A page can make its own host name resolve to a loopback address (DNS rebinding). The browser then treats a
//! server on this machine as part of that page, and the page reads its responses. Only the `Host` of such a
//! request differs: it contains the page's name.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

/// The reason for the response to a request that is addressed to a foreign host.
pub const FOREIGN: &str = "the request is addressed to a host name that does not belong to this server; use localhost or an IP \
                           address, or pass --allowed-host NAME to the server";

/// The hosts that a server accepts in requests.
///
/// A server on a loopback address accepts `localhost`, IP addresses, and the names that were added. DNS cannot
/// make `localhost` or an IP address point to another machine. A server on any other address accepts every
/// host: it is public, and does not know all of its names.
#[derive(Clone, Debug)]
pub struct Hosts {
    listen: SocketAddr,
    names: Vec<String>,
    /// The address of the listener as most clients write it. Comparing it is cheaper than parsing a host.
    own: String,
}

impl Hosts {
    /// Returns the hosts of a server that listens on `listen` and has `names` in addition.
    #[must_use]
    pub fn new(listen: SocketAddr, names: Vec<String>) -> Self {
        Self { listen, names, own: listen.to_string() }
    }

    /// Returns `true` if a request with this URI and these headers is addressed to one of the hosts, or to none. A
    /// forwarded port may differ from the listener's, so the port is not checked.
    #[must_use]
    pub fn allow(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        // A scan of a few headers costs less than a lookup.
        let host = || headers.iter().find(|(name, _)| *name == HOST).map(|(_, host)| host.as_bytes());
        let target = uri.authority().map(|authority| authority.as_str().as_bytes()).or_else(host);
        target.is_none_or(|host| self.allow_host(host))
    }

    fn allow_host(&self, host: &[u8]) -> bool {
        let is_public = !self.listen.ip().to_canonical().is_loopback();
        // No browser sends an empty host.
        if is_public || host == self.own.as_bytes() || host.is_empty() {
            return true;
        }
        Authority::try_from(host).is_ok_and(|host| ip(&host).is_some() || self.is_name(&host))
    }

    /// Returns `true` if `host` is `localhost` or one of the added names.
    #[must_use]
    pub fn is_name(&self, host: &Authority) -> bool {
        let is_same = |name: &str| host.host().eq_ignore_ascii_case(name);
        is_same("localhost") || self.names.iter().any(|name| is_same(name))
    }
}

/// Returns the IP address in `host`, or `None` if it contains a name.
#[must_use]
pub fn ip(host: &Authority) -> Option<IpAddr> {
    let name = host.host();
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name).parse().ok()
}
