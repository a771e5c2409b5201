//! The message catalogues (Project Fluent). A page never holds a sentence of its own: it names one here.
//! `tests/map.rs` checks that every named sentence exists in every language and that none is left over.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Every catalogue file, with its language. A file that is not listed here does not exist.
pub const FILES: &[(&str, &str, &str)] = &[
    ("en", "frame.ftl", include_str!("../../locales/en/frame.ftl")),
    ("en", "sign_in.ftl", include_str!("../../locales/en/sign_in.ftl")),
    ("en", "portal.ftl", include_str!("../../locales/en/portal.ftl")),
    ("en", "portal_ways.ftl", include_str!("../../locales/en/portal_ways.ftl")),
    ("en", "factors.ftl", include_str!("../../locales/en/factors.ftl")),
    ("en", "passkeys.ftl", include_str!("../../locales/en/passkeys.ftl")),
    ("en", "mine.ftl", include_str!("../../locales/en/mine.ftl")),
    ("en", "practice.ftl", include_str!("../../locales/en/practice.ftl")),
    ("en", "rules.ftl", include_str!("../../locales/en/rules.ftl")),
    ("en", "notices.ftl", include_str!("../../locales/en/notices.ftl")),
    ("en", "entrance.ftl", include_str!("../../locales/en/entrance.ftl")),
    ("en", "guest.ftl", include_str!("../../locales/en/guest.ftl")),
    ("en", "api.ftl", include_str!("../../locales/en/api.ftl")),
    ("en", "problems.ftl", include_str!("../../locales/en/problems.ftl")),
    ("en", "help.ftl", include_str!("../../locales/en/help.ftl")),
    ("en", "help_passkeys.ftl", include_str!("../../locales/en/help_passkeys.ftl")),
];

/// More than all sentences there are.
const MOST_MISSING: usize = 2_000;

/// All languages, each whole.
pub struct Texts {
    languages: Vec<Language>,
    /// Sentences that were asked for and had no words, or lacked a value: `portico check` fails on them.
    missing: Mutex<BTreeSet<String>>,
}

struct Language {
    tag: String,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Reads the catalogues built into the program.
    ///
    /// # Errors
    /// The file and what Fluent says of it.
    pub fn load() -> Result<Texts, String> {
        let mut languages: Vec<Language> = Vec::new();
        for (tag, file, text) in FILES {
            let resource = FluentResource::try_new((*text).to_owned())
                .map_err(|(_, errors)| format!("{tag}/{file}: {errors:?}"))?;
            if !languages.iter().any(|language| language.tag == *tag) {
                let id: LanguageIdentifier = tag.parse().map_err(|error| format!("{tag}: {error}"))?;
                let mut bundle = FluentBundle::new_concurrent(vec![id]);
                // Pages set names off with <bdi>; invisible marks would spoil copying and searching.
                bundle.set_use_isolating(false);
                languages.push(Language { tag: (*tag).to_owned(), bundle });
            }
            if let Some(language) = languages.iter_mut().find(|language| language.tag == *tag) {
                language.bundle.add_resource(resource).map_err(|errors| format!("{tag}/{file}: {errors:?}"))?;
            }
        }
        Ok(Texts { languages, missing: Mutex::default() })
    }

    /// The best language for an `Accept-Language` header, else the practice's own.
    pub fn choose(&self, accept: &str, own: &str) -> String {
        let mut wanted: Vec<(u32, &str)> = accept.split(',').take(20).filter_map(weighed).collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        let base = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let found = wanted.iter().find_map(|(_, tag)| {
            let exact = self.languages.iter().find(|language| language.tag.eq_ignore_ascii_case(tag));
            exact.or_else(|| self.languages.iter().find(|language| base(&language.tag) == base(tag)))
        });
        found.map_or_else(|| own.to_owned(), |language| language.tag.clone())
    }

    /// The sentence of that name; English where the language lacks it, the name itself where nobody has it
    /// (the catalogue test keeps that from happening).
    pub fn say(&self, language: &str, id: &str, args: &[(&str, &str)]) -> String {
        let chosen = self.languages.iter().filter(|l| l.tag == language);
        for language in chosen.chain(self.languages.iter().take(1)) {
            if let Some((text, whole)) = language.say(id, args) {
                if !whole {
                    self.note(id);
                }
                return text;
            }
        }
        self.note(id);
        id.to_owned()
    }

    /// Names of sentences that had no words, or lacked a value, so far.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn note(&self, id: &str) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if missing.len() < MOST_MISSING && missing.insert(id.to_owned()) {
            tracing::error!(id, "a sentence has no words, or lacks a value");
        }
    }

    /// Whether every language has that sentence.
    pub fn has(&self, id: &str) -> bool {
        self.languages.iter().all(|language| language.bundle.has_message(id))
    }

    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(|language| language.tag.as_str())
    }
}

impl Language {
    /// The sentence, and whether it had everything it asks for.
    fn say(&self, id: &str, args: &[(&str, &str)]) -> Option<(String, bool)> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            // Numbers go in as numbers, so that plurals choose their form; a code or a phone number is none.
            match value.parse::<i64>() {
                Ok(number) if number.to_string() == *value => fluent.set(*name, number),
                _ => fluent.set(*name, *value),
            }
        }
        let mut problems = vec![];
        let text = self.bundle.format_pattern(pattern, Some(&fluent), &mut problems).into_owned();
        Some((text, problems.is_empty()))
    }
}

/// One entry of `Accept-Language` with its weight in thousandths (RFC 9110, 12.5.4).
fn weighed(entry: &str) -> Option<(u32, &str)> {
    let (tag, rest) = entry.trim().split_once(';').unwrap_or((entry.trim(), "q=1"));
    let weight: f32 = rest.trim().strip_prefix("q=")?.trim().parse().ok()?;
    let thousandths = (0..=1000_u32).rev().find(|step| weight * 1000.0 >= *step as f32)?;
    (thousandths > 0 && !tag.is_empty()).then_some((thousandths, tag.trim()))
}

/// Whether a language is written from right to left.
pub fn direction(language: &str) -> &'static str {
    if matches!(language.split('-').next(), Some("ar" | "he" | "fa" | "ur")) { "rtl" } else { "ltr" }
}
