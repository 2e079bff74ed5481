//! The addresses and names under which other machines reach this one.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// Addresses reserved for documentation. Connecting a UDP socket to them sends nothing, but makes the kernel choose the
/// local address for packets that leave the machine.
const OUTSIDE: [(&str, &str); 2] = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];

/// Returns the addresses of this machine, the one of the default route first. Contains no loopback address, unless there
/// is no other.
pub(super) fn own() -> Vec<IpAddr> {
    let chosen = OUTSIDE.iter().filter_map(|(local, outside)| {
        let socket = UdpSocket::bind(local).ok()?;
        socket.connect(outside).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    let mut all: Vec<IpAddr> = Vec::new();
    for ip in chosen.chain(of_interfaces()) {
        if !ip.is_loopback() && !ip.is_unspecified() && !all.contains(&ip) {
            all.push(ip);
        }
    }
    if all.is_empty() {
        all.push(Ipv4Addr::LOCALHOST.into());
    }
    all
}

/// Returns the IPv4 addresses of all interfaces, on Linux. A network without a default route has no other source.
fn of_interfaces() -> Vec<IpAddr> {
    let trie = std::fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    local_addresses(&trie)
}

/// Returns the addresses that the kernel's routing table marks as local. Each is on the line before its mark.
fn local_addresses(trie: &str) -> Vec<IpAddr> {
    let lines = trie.lines().zip(trie.lines().skip(1));
    let marked = lines.filter(|(_, mark)| mark.trim() == "/32 host LOCAL");
    marked.filter_map(|(address, _)| address.trim().strip_prefix("|-- ")?.parse().ok()).collect()
}

/// Returns the name of this machine, also in the form that multicast DNS resolves.
pub(super) fn names() -> Vec<String> {
    let name = node_name().to_ascii_lowercase();
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if name.is_empty() || name == "localhost" || !name.bytes().all(is_valid) {
        return Vec::new();
    }
    let local = (!name.contains('.')).then(|| format!("{name}.local"));
    [name].into_iter().chain(local).collect()
}

#[cfg(unix)]
fn node_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn node_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
