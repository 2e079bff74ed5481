//! Media type and content coding of a message body.

/// Media type of a body, from the `content-type` field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Media {
    /// The message has no `content-type`.
    #[default]
    Absent,
    /// `application/json`, and types that end with `+json`.
    Json,
    /// `application/grpc`, and types that begin with `application/grpc+`.
    Grpc,
    /// `text/event-stream`
    EventStream,
    /// Any other type.
    Other(Box<str>),
}

/// Compression of a body, from `content-encoding` or `grpc-encoding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// No compression.
    #[default]
    Identity,
    Gzip,
    /// A compression that this crate cannot decode.
    Other,
}

impl Media {
    /// Parses the value of a `content-type` field.
    pub(super) fn of(value: &str) -> Self {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => Self::Json,
            "text/event-stream" => Self::EventStream,
            "application/grpc" => Self::Grpc,
            grpc if grpc.starts_with("application/grpc+") => Self::Grpc,
            json if json.ends_with("+json") => Self::Json,
            _ => Self::Other(essence.into()),
        }
    }
}

impl Encoding {
    /// Parses the value of a `content-encoding` or `grpc-encoding` field.
    pub(super) fn of(value: &str) -> Self {
        match value {
            _ if value.eq_ignore_ascii_case("identity") => Self::Identity,
            _ if value.eq_ignore_ascii_case("gzip") => Self::Gzip,
            _ => Self::Other,
        }
    }
}
