//! The decoded fields of an HTTP/2 header block.

use super::super::grpc::{self, Status};
use super::super::media::{Encoding, Media};
use super::super::text::short;

/// The decoded fields of a header block that affect how its message is dissected.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) media: Media,
    pub(super) encoding: Encoding,
    /// Compression of gRPC messages, from `grpc-encoding`.
    pub(super) grpc_encoding: Encoding,
    pub(super) grpc_status: Option<Status>,
    pub(super) grpc_message: Option<String>,
    pub(super) user_agent: Option<String>,
}

impl Fields {
    /// Adds a decoded field of the header block.
    pub(super) fn add(&mut self, name: &[u8], value: &[u8]) {
        let text = || String::from_utf8_lossy(value);
        match name {
            b":method" => self.method = Some(text().into_owned()),
            b":path" => self.path = Some(text().into_owned()),
            b":status" => self.status = text().parse().ok(),
            b"content-type" => self.media = Media::of(&text()),
            b"content-encoding" => self.encoding = Encoding::of(&text()),
            b"grpc-encoding" => self.grpc_encoding = Encoding::of(&text()),
            b"grpc-status" => self.grpc_status = Some(Status::of(&text())),
            b"user-agent" => self.user_agent = Some(short(&text())),
            b"grpc-message" => self.grpc_message = Some(text().into_owned()),
            _ => {}
        }
    }

    /// Describes the header block: `POST /shelf`, `200`, `grpc-status OK`.
    pub(super) fn text(&self) -> String {
        let mut texts = Vec::new();
        if let (Some(method), path) = (&self.method, self.path.as_deref().unwrap_or_default()) {
            texts.push(format!("{method} {path}").trim_end().to_owned());
        }
        texts.extend(self.status.map(|status| status.to_string()));
        match (self.grpc_status, self.grpc_message.as_deref().unwrap_or_default()) {
            (None, _) => {}
            (Some(status), "") => texts.push(format!("grpc-status {status}")),
            (Some(status), message) => {
                texts.push(format!("grpc-status {status}: {}", grpc::unescaped(message)));
            }
        }
        short(&texts.join(", "))
    }
}
