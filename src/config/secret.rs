//! A text that must not be seen: wiped from memory when dropped, absent from debug output.

use std::fmt;

use zeroize::Zeroizing;

/// A secret setting. Reading it takes the word `reveal`, so that each place can be found.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
