//! `serve_with_incoming` of tonic on a [`TapListener`].

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::futures::OwnedNotified;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::accept::concerns_one_connection;
use crate::listener::TapListener;
use crate::pause;
use crate::stream::TapStream;

impl Connected for TapStream {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.get_ref().connect_info()
    }
}

impl TapListener {
    /// The connections, for `serve_with_incoming`. It never ends and never fails: as
    /// [`accept_next`](Self::accept_next) does, it leaves a broken handshake behind, and waits when no file
    /// descriptor is left.
    #[must_use]
    pub fn into_incoming(self) -> TapIncoming {
        TapIncoming { listener: self, pause: None }
    }
}

/// The connections of a [`TapListener`], as a stream.
#[derive(Debug)]
pub struct TapIncoming {
    listener: TapListener,
    /// Running while no file descriptor is left.
    pause: Option<Pin<Box<OwnedNotified>>>,
}

impl Stream for TapIncoming {
    type Item = io::Result<TapStream>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(cx)) {
                Ok((stream, _)) => return Poll::Ready(Some(Ok(stream))),
                Err(error) if concerns_one_connection(&error) => {}
                Err(_) => self.pause = pause::begin().map(Box::pin),
            }
        }
    }
}
