//! Compares socket addresses printed by strace with the addresses in a trace.

use socket_tap::event::Addr;

pub(super) use crate::strace::address::address;

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
