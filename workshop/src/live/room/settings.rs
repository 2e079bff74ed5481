//! The URLs of the room.

use std::net::{IpAddr, SocketAddr};

use super::{addresses, qr};

/// Where participants find the room.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The URLs of the participants' page. The first is the most likely one to work.
    pub(crate) urls: Vec<String>,
    /// Host names of this machine, for the check of the `Host` of requests.
    pub(crate) names: Vec<String>,
}

impl Settings {
    /// Returns the settings for a page that listens on `address`. `hosts` are additional host names.
    #[must_use]
    pub(crate) fn new(address: SocketAddr, hosts: &[String]) -> Self {
        let ips = if address.ip().is_unspecified() { addresses::own() } else { vec![address.ip()] };
        let names: Vec<String> = hosts.iter().cloned().chain(addresses::names()).collect();
        // Names that were added on purpose come first, names of the machine last: not every network resolves them.
        let url = |host: &str| format!("http://{host}:{}/", address.port());
        let (added, own) = names.split_at(hosts.len());
        let ips = ips.iter().map(|ip| match ip {
            IpAddr::V6(ip) => url(&format!("[{ip}]")),
            IpAddr::V4(ip) => url(&ip.to_string()),
        });
        let urls = added.iter().map(|name| url(name)).chain(ips).chain(own.iter().map(|name| url(name)));
        Self { urls: urls.collect(), names }
    }

    /// Returns the URL that the QR code contains.
    pub(crate) fn first_url(&self) -> &str {
        self.urls.first().map_or("", String::as_str)
    }

    /// Returns the URLs and a QR code as text for a terminal.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("Participants open one of these URLs, or scan the code:\n");
        for url in &self.urls {
            text += &format!("  {url}\n");
        }
        text + "\n" + &qr::text(self.first_url())
    }
}
