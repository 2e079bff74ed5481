//! Parses and compares the entity tags in `If-Match` and `If-None-Match`.

use std::fmt;

/// The value of `If-Match` or `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`: matches every revision.
    Any,
    /// A list of tags, which may be empty.
    List(Vec<Tag>),
}

/// An entity tag. The server sends strong tags that contain a revision, but a client may send any tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    is_weak: bool,
    opaque: String,
}

impl Tags {
    /// Parses `*` or a list of tags. Returns `None` if `text` is malformed.
    ///
    /// The text cannot simply be split at commas: tags may contain commas, and elements of the list may be
    /// empty (RFC 9110, section 5.6.1.2).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim_matches([' ', '\t']);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return Some(Self::List(tags));
            }
            let weak = rest.strip_prefix("W/");
            let (opaque, after) = weak.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
            if opaque.contains([' ', '\t']) {
                return None;
            }
            tags.push(Tag { is_weak: weak.is_some(), opaque: opaque.to_owned() });
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
    }

    /// Returns `true` for `*`, or if a strong tag is `revision`. `If-Match` requires this comparison (RFC
    /// 9110, section 13.1.1).
    pub(super) fn match_strongly(&self, revision: u32) -> bool {
        self.any(|tag| !tag.is_weak && tag.matches(revision))
    }

    /// Returns `true` for `*`, or if a strong or weak tag is `revision`. `If-None-Match` requires this
    /// comparison (RFC 9110, section 13.1.2).
    pub(super) fn match_weakly(&self, revision: u32) -> bool {
        self.any(|tag| tag.matches(revision))
    }

    fn any(&self, matches: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(matches),
        }
    }
}

impl Tag {
    fn matches(&self, revision: u32) -> bool {
        self.opaque == revision.to_string()
    }
}

/// Formats the tags for an error message, such as `1 or W/"2"`. In the message, this text follows the word
/// "not".
impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::List(tags) = self else {
            return f.write_str("any");
        };
        if tags.is_empty() {
            return f.write_str("in the If-Match list, which is empty");
        }
        for (index, Tag { is_weak, opaque }) in tags.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            match is_weak {
                false => f.write_str(opaque)?,
                true => write!(f, "W/\"{opaque}\"")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etag_lists_are_parsed() {
        for (text, weakly, strongly) in [
            ("*", true, true),
            (" * ", true, true),
            ("\"7\"", true, true),
            ("W/\"7\"", true, false),
            ("\"1\", \"7\"", true, true),
            ("\"1\",W/\"7\" ,", true, false),
            (",, \"7\"", true, true),
            ("\"1,7\"", false, false),
            ("\"\"", false, false),
            ("\"07\"", false, false),
            ("", false, false),
            (" , ", false, false),
        ] {
            let tags = Tags::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((tags.match_weakly(7), tags.match_strongly(7)), (weakly, strongly), "{text}");
        }
    }

    #[test]
    fn malformed_etag_lists_are_rejected() {
        for text in ["7", "\"7", "7\"", "\"7\"\"8\"", "w/\"7\"", "W/ \"7\"", "\"a b\"", "*, \"7\"", "\"7\" *"]
        {
            assert_eq!(Tags::parse(text), None, "{text}");
        }
    }

    #[test]
    fn etag_list_is_joined_with_or_in_errors() {
        assert_eq!(Tags::parse("\"1\", W/\"2\"").unwrap().to_string(), "1 or W/\"2\"");
    }
}
