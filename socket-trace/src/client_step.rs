//! The steps of connections from clients outside of the recorded program, such as curl or a browser.
//!
//! A program that divides its recording into steps ends its own steps with the mark [`FROM_A_TERMINAL`]. Each
//! connection that it accepts from then on is a step of its own, until it is closed. If the program's own clients were
//! recorded, too, this is also true during its later steps for a connection that none of these clients opened. The step has the address of its client
//! as its name, which is known at the accept: `from 127.0.0.1:53214`. Its title names the client, too, which is known with
//! the first request: `curl/8.5.0 from 127.0.0.1:53214`.

use std::borrow::Cow;
use std::net::SocketAddr;

use socket_tap::event::{Addr, Event, Op};
use socket_tap::format::text::printable;

/// Label of the mark that ends a program's own steps.
pub const FROM_A_TERMINAL: &str = "from a terminal";

/// Returns the name of the step of a connection that the event accepts: `from 127.0.0.1:53214`. `None` for another event,
/// and for a client without an address.
#[must_use]
pub fn name_of_accepted(event: &Event) -> Option<String> {
    match &event.op {
        Op::Accept { peer: Some(Addr::Ip(peer)), .. } if event.error.is_none() => {
            // A listener on `[::]` reports IPv4 clients as `::ffff:127.0.0.1`.
            Some(format!("from {}", SocketAddr::new(peer.ip().to_canonical(), peer.port())))
        }
        Op::Accept { peer: Some(Addr::Other(peer)), .. } if event.error.is_none() && !peer.is_empty() => {
            Some(format!("from {}", printable(peer)))
        }
        _ => None,
    }
}

/// Returns the title of a step: its name, after the name of its client if that is known.
///
/// ```
/// use socket_trace::client_step::title;
///
/// assert_eq!(title("from 127.0.0.1:53214", Some("curl/8.5.0")), "curl/8.5.0 from 127.0.0.1:53214");
/// assert_eq!(title("get a book", None), "get a book");
/// ```
#[must_use]
pub fn title<'a>(step: &'a str, client: Option<&str>) -> Cow<'a, str> {
    client.map_or(Cow::Borrowed(step), |client| format!("{client} {step}").into())
}

/// Returns `true` if `wanted` is the name of the step, or a title of it.
///
/// ```
/// use socket_trace::client_step::is_named;
///
/// assert!(is_named("from 127.0.0.1:53214", "from 127.0.0.1:53214"));
/// assert!(is_named("from 127.0.0.1:53214", "curl/8.5.0 from 127.0.0.1:53214"));
/// assert!(!is_named("get a book", "forget a book"));
/// ```
#[must_use]
pub fn is_named(step: &str, wanted: &str) -> bool {
    let is_title =
        || step.starts_with("from ") && wanted.strip_suffix(step).is_some_and(|client| client.ends_with(' '));
    wanted == step || is_title()
}

/// Returns the short name of the client with this `User-Agent`: its first product. A browser is named by its own
/// product, because each begins with that of Mozilla and adds those of others.
///
/// ```
/// use socket_trace::client_step::client_name;
///
/// assert_eq!(client_name("grpcurl/1.9.1 grpc-go/1.61.0"), "grpcurl/1.9.1");
/// let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
/// assert_eq!(client_name(chrome), "Chrome/131.0.0.0");
/// ```
#[must_use]
pub fn client_name(user_agent: &str) -> &str {
    const BROWSERS: [&str; 5] = ["Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/"];
    let browser = BROWSERS
        .iter()
        .find_map(|browser| user_agent.split(' ').find(|product| product.starts_with(browser)))
        .filter(|_| user_agent.starts_with("Mozilla/"));
    browser.or_else(|| user_agent.split(' ').next()).unwrap_or(user_agent)
}

#[cfg(test)]
mod tests {
    use socket_tap::event::SockId;

    use super::*;

    #[test]
    fn failed_accept_has_no_step() {
        let accept = |error| {
            let op = Op::accept(SockId::new(1).unwrap())
                .with_peer("[::ffff:127.0.0.1]:9".parse::<SocketAddr>().unwrap());
            let mut event = Event::new(0, SockId::new(2), op);
            event.error = error;
            event
        };
        assert_eq!(name_of_accepted(&accept(None)).as_deref(), Some("from 127.0.0.1:9"));
        assert_eq!(name_of_accepted(&accept(Some((&std::io::Error::other("aborted")).into()))), None);
        assert_eq!(name_of_accepted(&Event::new(0, SockId::new(2), Op::Shutdown)), None);
    }
}
