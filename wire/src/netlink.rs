//! Configures network interfaces with rtnetlink(7): limits, state and addresses.

use std::net::{IpAddr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::{Errno, Result};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::Timeout;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netdevice};

// Numbers of linux/netlink.h, linux/rtnetlink.h, linux/if_link.h and linux/if_addr.h.
const REQUEST_WITH_ACK: u16 = 0x0001 | 0x0004;
const CREATE: u16 = 0x0200 | 0x0400;
const ERROR: u16 = 2;
const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;
const GROUP_IPV6_ROUTES: u32 = 0x400;
const LOCAL_ROUTE: u8 = 2;
const LINK_MTU: u16 = 4;
const LINK_QUEUE: u16 = 13;
const ADDRESS: u16 = 1;
const LOCAL_ADDRESS: u16 = 2;
const FLAG_UP: u32 = 1;
/// Without duplicate address detection, so that the address can be used at once.
const NO_DAD: u8 = 2;

/// Length of a message header.
const HEADER: usize = 16;

/// The configuration of the network of the thread that created this value.
#[derive(Debug)]
pub(crate) struct Network {
    socket: OwnedFd,
}

impl Network {
    pub(crate) fn open() -> Result<Self> {
        // The protocol NETLINK_ROUTE has the number 0, which is the default.
        let (family, flags) = (AddressFamily::NETLINK, SocketFlags::CLOEXEC);
        Ok(Self { socket: rustix::net::socket_with(family, SocketType::RAW, flags, None)? })
    }

    /// Sets the interface's largest packet, and the number of packets that wait in it.
    pub(crate) fn set_limits(&self, interface: &str, mtu: u32, queue: u32) -> Result<()> {
        let mut link = self.link(interface, 0)?;
        push_attribute(&mut link, LINK_MTU, &mtu.to_ne_bytes());
        push_attribute(&mut link, LINK_QUEUE, &queue.to_ne_bytes());
        self.request(NEW_LINK, 0, &link)
    }

    /// Makes the interface ready for packets.
    pub(crate) fn set_up(&self, interface: &str) -> Result<()> {
        self.request(NEW_LINK, 0, &self.link(interface, FLAG_UP)?)
    }

    /// Adds an address. The addresses with the same prefix are reachable through the interface.
    pub(crate) fn add_address(&self, interface: &str, address: IpAddr, prefix: u8) -> Result<()> {
        let (family, flags) = match address {
            IpAddr::V4(_) => (AddressFamily::INET, 0),
            IpAddr::V6(_) => (AddressFamily::INET6, NO_DAD),
        };
        // struct ifaddrmsg; the scope is global.
        let family = u8::try_from(family.as_raw()).unwrap_or(0);
        let mut body = vec![family, prefix, flags, 0];
        body.extend(self.index(interface)?.to_ne_bytes());
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        push_attribute(&mut body, LOCAL_ADDRESS, &octets);
        push_attribute(&mut body, ADDRESS, &octets);
        self.request(NEW_ADDRESS, CREATE, &body)
    }

    /// Adds an IPv6 address and waits until the kernel accepts packets for it. The kernel creates the route to itself
    /// later than it responds to the request.
    pub(crate) fn add_ipv6(&self, interface: &str, address: Ipv6Addr) -> Result<()> {
        let routes = Self::open()?.socket;
        rustix::net::bind(&routes, &SocketAddrNetlink::new(0, GROUP_IPV6_ROUTES))?;
        let longest = Some(Duration::from_secs(5));
        rustix::net::sockopt::set_socket_timeout(&routes, Timeout::Recv, longest)?;
        self.add_address(interface, address.into(), 64)?;
        loop {
            let mut message = [0; 4_096];
            let (length, _) = rustix::net::recv(&routes, &mut message, RecvFlags::empty())?;
            if is_local_route(message.get(..length).unwrap_or_default(), address) {
                return Ok(());
            }
        }
    }

    fn index(&self, interface: &str) -> Result<u32> {
        netdevice::name_to_index(&self.socket, interface)
    }

    /// Returns a `struct ifinfomsg` that sets flags of the interface.
    fn link(&self, interface: &str, flags: u32) -> Result<Vec<u8>> {
        let mut body = vec![0; 4];
        body.extend([self.index(interface)?, flags, flags].iter().flat_map(|word| word.to_ne_bytes()));
        Ok(body)
    }

    /// Sends a request, and returns the error of the response.
    fn request(&self, kind: u16, flags: u16, body: &[u8]) -> Result<()> {
        let length = u32::try_from(HEADER + body.len()).map_err(|_| Errno::MSGSIZE)?;
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(kind.to_ne_bytes());
        message.extend((REQUEST_WITH_ACK | flags).to_ne_bytes());
        // Sequence number and port, which only matter for several requests at once.
        message.extend([0; 8]);
        message.extend(body);
        rustix::net::send(&self.socket, &message, SendFlags::empty())?;
        let mut response = [0; 4_096];
        rustix::net::recv(&self.socket, &mut response, RecvFlags::empty())?;
        acknowledged(&response)
    }
}

/// Appends an attribute: length, type, value, and zeros up to a multiple of 4.
fn push_attribute(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    body.extend(length.to_ne_bytes());
    body.extend(kind.to_ne_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// Returns `true` if the kernel reports that it accepts packets for the address.
fn is_local_route(message: &[u8], address: Ipv6Addr) -> bool {
    // struct rtmsg: its eighth byte is the type of the route. The attributes follow.
    is_kind(message, NEW_ROUTE)
        && message.get(HEADER + 7) == Some(&LOCAL_ROUTE)
        && message.windows(16).any(|bytes| bytes == address.octets())
}

fn is_kind(message: &[u8], kind: u16) -> bool {
    message.get(4..6) == Some(&kind.to_ne_bytes())
}

/// Returns the error in the response to a request. The number 0 acknowledges it.
fn acknowledged(response: &[u8]) -> Result<()> {
    let number = response.get(HEADER..HEADER + 4).and_then(|bytes| bytes.try_into().ok());
    match number.map(i32::from_ne_bytes).filter(|_| is_kind(response, ERROR)) {
        Some(0) => Ok(()),
        Some(number) => Err(Errno::from_raw_os_error(-number)),
        None => Err(Errno::PROTO),
    }
}
