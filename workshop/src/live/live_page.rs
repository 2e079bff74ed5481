//! The live page before it is served: its listener and the token of its URL.

use std::io;
use std::net::SocketAddr;

use hardening_http::hosts::Hosts;
use server_kit::bind::{bind, reachable};
use socket_tap::{Tap, TapListener};

use crate::live::room::settings::Settings;
use crate::live::token::Token;

/// Name of the live page's server in messages.
pub(crate) const NAME: &str = "page";

/// Command-line flag for the address of the live page.
pub(crate) const FLAG: &str = "--page";

/// The listener of the live page, and who may send it requests.
#[derive(Debug)]
pub struct LivePage {
    pub(crate) listener: TapListener,
    pub(crate) access: Access,
    /// The URLs of the room; `None` without `--room`.
    pub(crate) room: Option<Settings>,
}

/// The required contents of a request to the live page.
#[derive(Debug)]
pub(crate) struct Access {
    /// Address that the live server listens on.
    pub(crate) address: SocketAddr,
    /// Names of the live server.
    pub(crate) hosts: Hosts,
    pub(crate) token: Token,
}

impl LivePage {
    /// Binds `address` for a page with this token, with a room if `room_hosts` is not `None`: its additional host names.
    /// Connections wait in the kernel's backlog until the page is served.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(address: SocketAddr, token: Token, room_hosts: Option<&[String]>) -> io::Result<Self> {
        let listener = bind(&Tap::off(), address, NAME, FLAG).await?;
        let address = listener.local_addr()?;
        let room = room_hosts.map(|hosts| Settings::new(address, hosts));
        let names = room.as_ref().map_or_else(Vec::new, |room| room.names.clone());
        Ok(Self { listener, access: Access { address, hosts: Hosts::new(address, names), token }, room })
    }

    /// Returns the URL of the page, which contains the token.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/?token={}", reachable(self.access.address), self.access.token)
    }

    /// Returns the URLs of the room and a QR code; `None` without a room.
    #[must_use]
    pub fn room(&self) -> Option<String> {
        self.room.as_ref().map(Settings::text)
    }

    /// Returns a warning if other machines can reach the page.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let address = self.access.address;
        (!address.ip().to_canonical().is_loopback()).then(|| {
            format!(
                "the page listens on {address}, which other machines may reach. Everyone with its URL sees what all \
                 clients send and receive: payload, headers, cookies and tokens. The connection is not encrypted"
            )
        })
    }
}
