//! What kind of content a message has, by its `content-type` and `content-encoding`.

/// A media type, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Media {
    /// There was no `content-type`.
    #[default]
    Absent,
    /// `application/json`, or any type that ends with `+json`.
    Json,
    /// `application/grpc`, or any type that begins with `application/grpc+`.
    Grpc,
    /// `text/event-stream`
    EventStream,
    /// Any other.
    Other(Box<str>),
}

/// How the content is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Not at all.
    #[default]
    Identity,
    Gzip,
    /// In a way that is not read here.
    Other,
}

impl Media {
    /// What the value of a `content-type` says.
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
    /// What the value of a `content-encoding` says.
    pub(super) fn of(value: &str) -> Self {
        match value {
            _ if value.eq_ignore_ascii_case("identity") => Self::Identity,
            _ if value.eq_ignore_ascii_case("gzip") => Self::Gzip,
            _ => Self::Other,
        }
    }
}
