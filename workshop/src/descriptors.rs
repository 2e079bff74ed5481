//! The number of descriptors that the process may have open, and how many of them are for connections.

use hardening_http::Limits;

/// Maximum number of connections from one network to one server: a class with one address, whose browsers have four each.
const MAX_PER_NETWORK: u32 = 400;

/// Returns the limits of a server whose connections use at most one of `share` descriptors, and those of one network at most three
/// quarters of that.
#[must_use]
pub fn limits(share: u32) -> Limits {
    let limits = Limits::default();
    let max_connections = (limit() / share).clamp(1, limits.max_connections);
    let max_per_network = Some(MAX_PER_NETWORK.min(max_connections - max_connections / 4));
    Limits { max_connections, max_per_network, ..limits }
}

/// Raises the limit of open descriptors to the maximum that a process without privileges may set. Usual is a limit of 1,024, which
/// is for programs that use `select(2)`.
#[cfg(unix)]
pub fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // With the old limit, the workshop accepts fewer connections.
    _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Returns the limit of open descriptors.
#[cfg(unix)]
fn limit() -> u32 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(u32::MAX)
}

/// Raises no limit, since there is none.
#[cfg(not(unix))]
pub fn raise_limit() {}

/// Returns the limit of open descriptors: none.
#[cfg(not(unix))]
fn limit() -> u32 {
    u32::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_use_a_share_of_the_descriptors() {
        let one = limits(limit());
        assert_eq!((one.max_connections, one.max_per_network), (1, Some(1)));
        let many = limits(limit() / 100);
        assert_eq!((many.max_connections, many.max_per_network), (100, Some(75)));
    }
}
