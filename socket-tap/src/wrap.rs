//! Recording a stream that the program got elsewhere.

use crate::sensor::Sensor;
use crate::stream::TapStream;
use crate::tap::Tap;

impl<S> TapStream<S> {
    /// Records a stream that came neither from a listener nor from a connect of this crate: a Unix socket, a pipe in
    /// memory, a TCP stream that another library made. From here on its reads, writes, shutdown and close are
    /// recorded; how it came to be is not, and its close samples no `TCP_INFO`.
    ///
    /// ```
    /// use socket_tap::{Tap, TapStream, sink::Memory};
    /// use tokio::io::AsyncWriteExt;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let recording = Memory::new();
    /// let tap = Tap::client("pipe").sink(recording.clone()).start()?;
    /// let (near, _far) = tokio::io::duplex(64);
    /// let mut near = TapStream::wrap(&tap, near);
    /// near.write_all(b"hello").await?;
    /// drop(near);
    ///
    /// tap.finish().await?;
    /// let events = recording.events();
    /// assert_eq!(events.iter().map(|event| event.op.name()).collect::<Vec<_>>(), ["write", "close"]);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn wrap(tap: &Tap, inner: S) -> Self {
        Self::new(inner, tap.recorder().map(|recorder| Sensor::new(recorder, None)))
    }
}
