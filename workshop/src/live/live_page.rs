//! The live page before it is served: its listener and the token of its URL.

use std::io;
use std::net::SocketAddr;

use hardening_http::hosts::Hosts;
use server_kit::bind::{bind, reachable};
use socket_tap::{Tap, TapListener};

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
}

/// What a request to the live page must contain.
#[derive(Debug)]
pub(crate) struct Access {
    /// Address that the live server listens on.
    pub(crate) address: SocketAddr,
    /// Names of the live server.
    pub(crate) hosts: Hosts,
    pub(crate) token: Token,
}

impl LivePage {
    /// Binds `address` for a page with this token. Connections wait in the kernel's backlog until the page is served.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(address: SocketAddr, token: Token) -> io::Result<Self> {
        let listener = bind(&Tap::off(), address, NAME, FLAG).await?;
        let address = listener.local_addr()?;
        let access = Access { address, hosts: Hosts::new(address, Vec::new()), token };
        Ok(Self { listener, access })
    }

    /// Returns the URL of the page, which contains the token.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/?token={}", reachable(self.access.address), self.access.token)
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
