//! The one rule for email addresses: what is accepted, when two are the same, how one is hinted at.
//! Whether an address exists or belongs to somebody is not known here.

use std::borrow::Cow;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::{MixedScript, RestrictionLevel, RestrictionLevelDetection, skeleton};

use super::names::is_hidden;

/// Longest address in bytes (RFC 5321 section 4.5.3.1.3 less the angle brackets).
pub const MAX_BYTES: usize = 254;
/// Longest local part in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An accepted address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    typed: String,
    canonical: String,
    at: usize,
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailProblem {
    Empty,
    TooLong,
    /// A control, bidirectional or unseen character, or white space inside.
    HiddenCharacter,
    /// No `@`, or more than one.
    NotOneAt,
    /// Quotes, comments, source routes and encoded words are refused, as mailers disagree on them.
    LocalPart,
    /// Not a name a mail server can have; IP addresses are refused too.
    Domain,
}

impl Email {
    /// Reads what a person typed.
    ///
    /// Outer white space is dropped. Dots, `+tags` and accents in the local part are kept: only the
    /// mailbox's own server knows whether they matter.
    pub fn parse(typed: &str) -> Result<Email, EmailProblem> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailProblem::Empty);
        }
        if typed.len() > MAX_BYTES {
            return Err(EmailProblem::TooLong);
        }
        if typed.chars().any(|c| is_hidden(c) || c.is_whitespace()) {
            return Err(EmailProblem::HiddenCharacter);
        }
        let mut parts = typed.split('@');
        let (Some(local), Some(domain), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(EmailProblem::NotOneAt);
        };
        let local: String = local.nfc().collect();
        check_local(&local)?;
        let domain = canonical_domain(domain)?;
        let lower = lower_case(&local);
        let (typed, at) = (format!("{local}@{domain}"), lower.len());
        let canonical = format!("{lower}@{domain}");
        if typed.len().max(canonical.len()) > MAX_BYTES || at > MAX_LOCAL_BYTES {
            return Err(EmailProblem::TooLong);
        }
        Ok(Email { typed, canonical, at })
    }

    /// Where mail goes: the local part in the case it was typed, the domain as DNS knows it.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// What two addresses are compared by, and the only form to look one up with.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// A hint for somebody who already knows the address: `m•••@example.com`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.canonical.split_at(self.at);
        let first: String = local.chars().take(1).collect();
        format!("{first}•••{domain}")
    }
}

/// RFC 5321 `Dot-string`, with letters of other scripts (RFC 6531), less what opens injection:
/// `%` and `!` are old source routes, `=?` opens an encoded word that some mailers decode.
fn check_local(local: &str) -> Result<(), EmailProblem> {
    if local.len() > MAX_LOCAL_BYTES {
        return Err(EmailProblem::TooLong);
    }
    let allowed = |c: char| match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~".contains(c),
        _ => c.is_alphanumeric() || is_combining_mark(c),
    };
    let atom = |atom: &str| !atom.is_empty() && !atom.starts_with(is_combining_mark) && atom.chars().all(allowed);
    if local.split('.').all(atom) && !local.contains("=?") { Ok(()) } else { Err(EmailProblem::LocalPart) }
}

/// The domain as lower-case A-labels (UTS #46, non-transitional), without a trailing dot.
fn canonical_domain(domain: &str) -> Result<String, EmailProblem> {
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::VerifyAllowRootDot)
        .map_err(|_| EmailProblem::Domain)?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    let last = name.rsplit('.').next().unwrap_or(name);
    let qualified = name.contains('.') || name == "localhost";
    if qualified && !is_number(last) { Ok(name.to_owned()) } else { Err(EmailProblem::Domain) }
}

/// Whether resolvers would read a name that ends in this label as an IPv4 address.
fn is_number(label: &str) -> bool {
    let digits = label.strip_prefix("0x").unwrap_or(label);
    label.bytes().all(|b| b.is_ascii_digit())
        || (digits.len() < label.len() && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Character by character, since the whole-string rule writes a final Greek sigma differently.
fn lower_case(local: &str) -> String {
    local.chars().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether a name or address deserves a warning to the administrator who reads it: a word that mixes
/// scripts, a word of another script that looks like Latin, or anything unseen (UTS #39).
pub fn looks_mixed(text: &str) -> bool {
    text.chars().any(is_hidden)
        || text
            .split(|c: char| c.is_whitespace() || matches!(c, '@' | '.'))
            .map(shown)
            .any(|piece| piece.split(is_separator).any(is_suspicious_word))
}

/// A stored address as people write it, for pages: its domain in its own script. Where that could be taken for another one
/// ([`looks_mixed`]) it stays as DNS knows it.
pub fn readable(stored: &str) -> Cow<'_, str> {
    let Some((local, domain)) = stored.rsplit_once('@').filter(|(_, domain)| domain.contains("xn--")) else {
        return Cow::Borrowed(stored);
    };
    match idna::domain_to_unicode(domain) {
        (read, Ok(())) if !looks_mixed(stored) => Cow::Owned(format!("{local}@{read}")),
        _ => Cow::Borrowed(stored),
    }
}

/// An A-label as people would see it, anything else as it is.
fn shown(piece: &str) -> Cow<'_, str> {
    let encoded = piece.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    if encoded { Cow::Owned(idna::domain_to_unicode(piece).0) } else { Cow::Borrowed(piece) }
}

fn is_separator(c: char) -> bool {
    !c.is_alphanumeric() && !is_combining_mark(c)
}

fn is_suspicious_word(word: &str) -> bool {
    if word.is_ascii() {
        return false;
    }
    if word.detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
        return true;
    }
    // A Latin letter beside it changes nothing for a Latin word, which may well have an ASCII skeleton.
    let latin = format!("{word}a").as_str().is_single_script();
    !latin && skeleton(word).all(|c| c.is_ascii())
}

#[cfg(test)]
mod tests;
