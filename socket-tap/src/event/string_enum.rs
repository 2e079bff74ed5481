//! A macro for enums whose values are strings in a trace, with a variant for unknown strings.

/// Declares an enum whose values are strings in a trace. The variant `Other` holds any unknown string, so
/// that values from a newer format version are preserved when a trace is read and written again.
macro_rules! string_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// The string of a value that this version of the crate does not know.
            Other(std::borrow::Cow<'static, str>),
        }

        impl $name {
            /// Returns the string that stands for the value in a trace.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }

            fn from_known(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&'static str> for $name {
            fn from(word: &'static str) -> Self {
                Self::from_known(word).unwrap_or(Self::Other(std::borrow::Cow::Borrowed(word)))
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from_known(&word).unwrap_or(Self::Other(std::borrow::Cow::Owned(word)))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from_known(word).unwrap_or_else(|| Self::Other(word.to_owned().into())))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use string_enum;
