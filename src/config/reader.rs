//! Reads one section's values and notes what is wrong with them, at the line where it is written.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::keys;
use super::problem::{ConfigProblem, Place};
use super::secret::Secret;
use super::values::Value;
use super::written::{Entry, Section, Written};

static EMPTY: Section = Section { entries: std::collections::BTreeMap::new(), place: None };

pub(super) fn reader<'a>(written: &'a Written, name: &'static str, problems: &'a mut Vec<ConfigProblem>) -> Reader<'a> {
    let section = written.sections.get(name).unwrap_or(&EMPTY);
    Reader { section, path: name.to_owned(), name, nowhere: written.nowhere(), problems }
}

/// Reads one section and notes what is wrong with it.
pub(super) struct Reader<'a> {
    pub section: &'a Section,
    /// `mail`, `region[au]`, or empty at the top.
    pub path: String,
    pub name: &'static str,
    pub nowhere: Place,
    pub problems: &'a mut Vec<ConfigProblem>,
}

impl Reader<'_> {
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.section.entries.get(key)
    }

    /// Notes a problem at the key's line, or at the section's where the key is not written.
    pub fn problem(&mut self, key: &str, problem: impl Into<String>, advice: impl Into<String>) {
        let place = self.entry(key).map(|entry| &entry.place).or(self.section.place.as_ref()).unwrap_or(&self.nowhere);
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        let found = place.problem(path, problem, advice);
        self.problems.push(found);
    }

    pub fn text(&self, key: &str) -> Option<String> {
        let default = || keys::find(self.name, key).map(|key| key.default).filter(|default| !default.is_empty());
        self.section.text(key).or_else(default).map(str::to_owned)
    }

    /// The text, or a problem and an empty text.
    pub fn required(&mut self, key: &str, advice: &str) -> String {
        let text = self.text(key);
        // A value that was written and refused has its problem already.
        if text.is_none() {
            self.problem(key, "missing", advice);
        }
        text.unwrap_or_default()
    }

    pub fn secret(&self, key: &str) -> Option<Secret> {
        match &self.entry(key)?.value {
            Value::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }

    pub fn path_of(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// The number, which `written.rs` has checked to lie in its bounds.
    pub fn number<N: TryFrom<i64>>(&self, key: &str) -> Option<N> {
        let number = match self.entry(key).map(|entry| &entry.value) {
            Some(Value::Number(number)) => *number,
            _ => keys::find(self.name, key)?.default.parse().ok()?,
        };
        N::try_from(number).ok()
    }

    pub fn at_most(&mut self, key: &str, text: &str, characters: usize) {
        if text.chars().count() > characters {
            self.problem(key, format!("longer than {characters} characters"), "shorten it");
        }
    }

    pub fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let text = self.text(key)?;
        let address = text.parse().ok();
        if address.is_none() {
            self.problem(
                key,
                format!("\"{text}\" is not an address with a port"),
                "write it as 0.0.0.0:8443 or [::]:8443",
            );
        }
        address
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.starts_with('/') || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// One part of a host name (RFC 1123 section 2.1), lower case.
pub(super) fn is_label(label: &str) -> bool {
    let right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&label.len()) && label.chars().all(right) && !label.starts_with('-') && !label.ends_with('-')
}
