//! Names of participants.

use std::fmt;

/// Minimum and maximum number of characters in a name.
const LENGTH: [usize; 2] = [2, 12];

/// Suffix of a name in a `User-Agent`. It distinguishes names from programs: `curl/8.5.0` is nobody's name.
const PRODUCT_VERSION: &str = "/room";

/// The name of a participant. It is part of command lines and of header fields, so it consists of ASCII letters, digits and
/// hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(String);

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// A message that describes a valid name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let [min, max] = LENGTH;
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let has_length = (min..=max).contains(&text.len());
        if has_length && text.bytes().all(is_valid) && !text.starts_with('-') {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "name must have {min} to {max} letters a to z, digits or hyphens, such as anna or team-3"
        ))
    }

    /// Returns the name in lower case. Two names that differ only in case are the same.
    pub(crate) fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Returns the product in the `User-Agent` of the participant's calls.
    pub(crate) fn user_agent(&self) -> String {
        format!("{self}{PRODUCT_VERSION}")
    }

    /// Returns the key of the name in a `User-Agent`: its first product, if that has the version of a name.
    pub(crate) fn key_in(user_agent: &str) -> Option<String> {
        let product = user_agent.split(' ').next()?;
        product.strip_suffix(PRODUCT_VERSION).map(str::to_ascii_lowercase)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
