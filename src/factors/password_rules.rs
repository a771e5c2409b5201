//! Is this password good enough to be set? Pure, but for [`LeakedList`], which reads the operator's
//! file of breached passwords. How passwords are stored lives in `platform::hashing`.

mod guess;
mod leaked;
#[cfg(test)]
mod tests;
mod words;

use unicode_normalization::UnicodeNormalization as _;

pub use leaked::{LeakedError, LeakedList};

/// The longest password that may be set, in bytes after NFC.
pub const MAX_BYTES: usize = 1024;

/// Characters of a password that are scored. zxcvbn takes half a second for 100 hostile ones, and
/// what is not at the top of its scale by 40 is a repetition.
const SCORED_CHARS: usize = 40;

/// Which minimum holds (NIST SP 800-63B-4 section 3.1.1.2), in code points after NFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// 15: the password can be the only factor.
    OnlyFactor,
    /// 12: a second factor is in force.
    WithSecondFactor,
}

impl Needed {
    pub fn code_points(self) -> usize {
        match self {
            Self::OnlyFactor => 15,
            Self::WithSecondFactor => 12,
        }
    }
}

/// What a guesser knows of the person; passwords made of it are refused (ASVS 5.0 6.2.11).
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub practice_name: &'a str,
    pub practice_slug: &'a str,
    /// Where the practice is reached, such as `harbour-physio.au.portico.example`.
    pub practice_host: &'a str,
    pub person_name: &'a str,
    pub email: &'a str,
}

/// Why a password is refused; the words come from the message catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Both in code points.
    TooShort { needed: usize, have: usize },
    /// Over [`MAX_BYTES`].
    TooLong,
    /// It holds a character of Unicode's class Cc, NUL among them, which some keyboards and systems
    /// cannot send or would cut at.
    ControlCharacter,
    /// It is a common password, or one with the usual ending.
    Common,
    /// It stands in the operator's list of breached passwords ([`LeakedList`]).
    Leaked,
    /// It is made of this word, of the practice or the person, and the usual endings.
    Context { word: String },
    /// It is a repetition, a sequence or a walk over the keyboard.
    Pattern,
}

/// An estimate for the meter beside the field; never a reason to refuse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard).
    pub score: u8,
    pub guesses_log10: f64,
}

/// Judges a new password; a leak is looked up apart, by [`LeakedList::contains`], as it reads a file.
///
/// # Errors
/// Every reason that holds, as [`weaknesses`] gives them.
pub fn check(password: &str, needed: Needed, about: &About) -> Result<Strength, Vec<Weakness>> {
    let weaknesses = weaknesses(password, needed, about);
    if !weaknesses.is_empty() {
        return Err(weaknesses);
    }
    let password: String = password.nfc().collect();
    Ok(strength(&password, about))
}

/// The length that counts: code points after NFC.
pub fn code_points(password: &str) -> usize {
    password.nfc().count()
}

/// Every reason to refuse, in the order of [`Weakness`]; `TooLong` comes alone. Much cheaper than [`check`].
///
/// The whole password is compared, never a part of it: it is refused when one of the first thousand
/// million guesses of somebody who knows the practice and the person would be it. See `guess`.
pub fn weaknesses(password: &str, needed: Needed, about: &About) -> Vec<Weakness> {
    // NFC never makes a text shorter than a third, so the bound can come before the work.
    if password.len() > MAX_BYTES * 3 {
        return vec![Weakness::TooLong];
    }
    let password: String = password.nfc().collect();
    if password.len() > MAX_BYTES {
        return vec![Weakness::TooLong];
    }
    let mut weaknesses = Vec::new();
    let have = code_points(&password);
    if have < needed.code_points() {
        weaknesses.push(Weakness::TooShort { needed: needed.code_points(), have });
    }
    if password.chars().any(char::is_control) {
        weaknesses.push(Weakness::ControlCharacter);
    }
    weaknesses.extend(guess::easily_guessed(&password, needed.code_points(), about));
    weaknesses
}

/// The estimate of zxcvbn for the first 40 characters: 1 to 50 ms of work.
pub fn strength(password: &str, about: &About) -> Strength {
    let scored: String = password.chars().take(SCORED_CHARS).collect();
    let known = words::of(about);
    let inputs: Vec<&str> = known.iter().map(|word| word.text.as_str()).collect();
    let estimate = zxcvbn::zxcvbn(&scored, &inputs);
    // No guess at all for an empty field is minus infinity there, which no meter can show.
    Strength { score: u8::from(estimate.score()), guesses_log10: estimate.guesses_log10().max(0.0) }
}
