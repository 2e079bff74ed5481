//! Lists of entity tags.

use std::fmt;

/// The value of `If-Match` or `If-None-Match`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tags {
    /// `*`: any revision, as long as there is one.
    Any,
    List(Vec<Tag>),
}

/// An entity tag. Those that we give out are strong and hold a revision; a client may send any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    weak: bool,
    opaque: String,
}

impl Tags {
    /// `None` when it is no list of tags. A comma can be part of a tag, and a list can be empty, as can its elements
    /// (RFC 9110, 5.6.1.2).
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
            let strong = rest.strip_prefix("W/");
            let (opaque, after) = strong.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
            if opaque.contains([' ', '\t']) {
                return None;
            }
            tags.push(Tag { weak: strong.is_some(), opaque: opaque.to_owned() });
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
        }
    }

    /// For changes: a weak tag does not say that nothing at all is different (RFC 9110, 13.1.1).
    pub(super) fn match_strongly(&self, revision: u32) -> bool {
        self.any(|tag| !tag.weak && tag.names(revision))
    }

    /// For reads (RFC 9110, 13.1.2).
    pub(super) fn match_weakly(&self, revision: u32) -> bool {
        self.any(|tag| tag.names(revision))
    }

    fn any(&self, matches: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(matches),
        }
    }
}

impl Tag {
    fn names(&self, revision: u32) -> bool {
        self.opaque == revision.to_string()
    }
}

/// What a book is not, for a person: `1`, or `1 or W/"2"`.
impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::List(tags) = self else {
            return f.write_str("any");
        };
        if tags.is_empty() {
            return f.write_str("one that is named");
        }
        for (place, Tag { weak, opaque }) in tags.iter().enumerate() {
            if place > 0 {
                f.write_str(" or ")?;
            }
            match weak {
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
    fn a_list_is_read_as_it_was_meant() {
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
    fn what_is_no_list_is_refused() {
        for text in ["7", "\"7", "7\"", "\"7\"\"8\"", "w/\"7\"", "W/ \"7\"", "\"a b\"", "*, \"7\"", "\"7\" *"]
        {
            assert_eq!(Tags::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_person_reads_revisions() {
        assert_eq!(Tags::parse("\"1\", W/\"2\"").unwrap().to_string(), "1 or W/\"2\"");
    }
}
