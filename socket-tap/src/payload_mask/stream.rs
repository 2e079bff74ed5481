//! The method of streams that sets their mask.

use super::PayloadMask;
use crate::stream::TapStream;

impl<S> TapStream<S> {
    /// Masks secrets in the captured payload of all reads and writes from now on, see [`PayloadMask`].
    ///
    /// Call it before the first byte is transferred, because a mask cannot follow a stream from the middle. The mask
    /// stays with the stream when it is [split](TapStream::into_split). A second call replaces the mask.
    ///
    /// If the tap is off or captures no payload, the mask is dropped and never called.
    ///
    /// The tap masks the payload of this stream only. If a stream [above or below](TapStream::wrap) is also recorded,
    /// give it a mask of its own.
    pub fn mask_payload(&self, mask: impl PayloadMask) {
        if let Some(recorder) = self.recorder().filter(|recorder| recorder.recording().capture > 0) {
            recorder.socket().mask_payload(Box::new(mask));
        }
    }
}
