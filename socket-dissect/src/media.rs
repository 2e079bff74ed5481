//! Media type and content coding of a message body.

use memchr::memchr;

/// Media type of a body, from the `content-type` field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Media {
    /// The message has no `content-type`.
    #[default]
    Absent,
    /// `application/json`, and types that end with `+json`.
    Json,
    /// `application/grpc`, and types that begin with `application/grpc+`.
    Grpc(Codec),
    /// `application/grpc-web`, which has its trailers in the body.
    GrpcWeb(Codec),
    /// `application/grpc-web-text`: the same in base64.
    GrpcWebText(Codec),
    /// `text/event-stream`
    EventStream,
    /// Another type whose content is text.
    Text,
    /// Any other type.
    Other(Box<str>),
}

/// Format of gRPC messages, from the suffix of the media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Protobuf,
    /// JSON or another format, as in `application/grpc+json`.
    Other,
}

/// Compression of a body, from `content-encoding` or `grpc-encoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// No compression.
    #[default]
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// A compression that this crate cannot decode, or several.
    Other,
}

impl Media {
    /// Parses the value of a `content-type` field.
    pub(super) fn of(value: &str) -> Self {
        let end = memchr(b';', value.as_bytes()).unwrap_or(value.len());
        let essence = value.get(..end).unwrap_or_default().trim();
        // The most common type needs no copy.
        if essence.eq_ignore_ascii_case("application/json") {
            return Self::Json;
        }
        let essence = essence.to_ascii_lowercase();
        if let Some(grpc) = essence.strip_prefix("application/grpc").and_then(Self::of_grpc) {
            return grpc;
        }
        match essence.as_str() {
            "text/event-stream" => Self::EventStream,
            json if json.ends_with("+json") => Self::Json,
            text if is_text(text) => Self::Text,
            _ => Self::Other(essence.into()),
        }
    }

    /// Parses what follows `application/grpc`.
    fn of_grpc(rest: &str) -> Option<Self> {
        let (kind, suffix) = rest.split_once('+').unwrap_or((rest, "proto"));
        let codec = if suffix == "proto" { Codec::Protobuf } else { Codec::Other };
        Some(match kind {
            "" => Self::Grpc(codec),
            "-web" => Self::GrpcWeb(codec),
            "-web-text" => Self::GrpcWebText(codec),
            _ => return None,
        })
    }

    /// Returns the format of the messages if the body consists of gRPC messages.
    pub(super) fn grpc(&self) -> Option<Codec> {
        match self {
            Self::Grpc(codec) | Self::GrpcWeb(codec) | Self::GrpcWebText(codec) => Some(*codec),
            _ => None,
        }
    }
}

fn is_text(essence: &str) -> bool {
    const TEXTS: [&str; 9] = [
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/javascript",
        "application/graphql",
        "application/x-ndjson",
        "application/jsonl",
        "application/yaml",
        "application/toml",
        "application/sql",
    ];
    essence.starts_with("text/") || essence.ends_with("+xml") || TEXTS.contains(&essence)
}

impl Encoding {
    /// Parses the value of a `content-encoding` or `grpc-encoding` field.
    pub(super) fn of(value: &str) -> Self {
        match value.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Self::Identity,
            // RFC 9110, section 8.4.1.3: x-gzip is equivalent.
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            _ => Self::Other,
        }
    }

    /// Returns the name that precedes decompressed content in a text.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Other => "compressed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_and_codings_are_recognized() {
        for (value, media) in [
            ("application/json; charset=utf-8", Media::Json),
            ("application/problem+json", Media::Json),
            ("application/grpc", Media::Grpc(Codec::Protobuf)),
            ("application/grpc+proto", Media::Grpc(Codec::Protobuf)),
            ("application/grpc+json", Media::Grpc(Codec::Other)),
            ("application/grpc-web", Media::GrpcWeb(Codec::Protobuf)),
            ("application/grpc-web-text+proto", Media::GrpcWebText(Codec::Protobuf)),
            ("application/grpcx", Media::Other("application/grpcx".into())),
            ("Text/Event-Stream", Media::EventStream),
            ("image/svg+xml", Media::Text),
            ("image/png", Media::Other("image/png".into())),
        ] {
            assert_eq!(Media::of(value), media, "{value}");
        }
        let codings = ["GZIP", "x-gzip", "deflate", "br", "zstd", "identity", "gzip, br"].map(Encoding::of);
        use Encoding::{Brotli, Deflate, Gzip, Identity, Other, Zstd};
        assert_eq!(codings, [Gzip, Gzip, Deflate, Brotli, Zstd, Identity, Other]);
    }
}
