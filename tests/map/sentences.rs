//! The catalogues: every sentence that is named exists in every language with the same values, and none is left over.

use std::collections::{BTreeMap, BTreeSet};

use portico::notices::Event;
use portico::platform::text::FILES;

use super::sources::{Source, all_under, root, rust_files};

/// Calls whose first text is a sentence's name for sure.
const CALLS: &[&str] = &["say(", "say1(", "say2(", "say_with(", "Frame::new(&visit, ", "Frame::new(visit, "];

/// name → values, per language.
fn catalogues() -> BTreeMap<&'static str, BTreeMap<String, BTreeSet<String>>> {
    let mut all: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (language, file, text) in FILES {
        let mut name = String::new();
        let of_language = all.entry(language).or_default();
        for line in text.lines() {
            let starts = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '-');
            if let Some((id, _)) = line.split_once(" =").filter(|_| starts) {
                id.clone_into(&mut name);
                assert!(of_language.insert(name.clone(), BTreeSet::new()).is_none(), "{language}/{file}: {name} twice");
            }
            for value in line.split('$').skip(1) {
                let value = value.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                of_language.get_mut(&name).unwrap().insert(value);
            }
        }
    }
    all
}

/// Every text in the sources that looks like a sentence's name, and those that are surely one.
fn named() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut maybe, mut surely) = (BTreeSet::new(), BTreeSet::new());
    let pages = all_under("src", "html").into_iter().map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let programs = rust_files("src").into_iter().map(|file| file.without_tests().to_owned());
    for text in pages.chain(programs) {
        for (at, _) in text.match_indices('"') {
            let id: String = text[at + 1..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
                .collect();
            if text[at + 1 + id.len()..].starts_with('"') && !id.is_empty() {
                maybe.insert(id.clone());
                if CALLS.iter().any(|call| text[..at].ends_with(call)) {
                    surely.insert(id);
                }
            }
        }
    }
    for (_, _, text) in FILES {
        // A sentence may stand in another: { mail-part-ask }.
        maybe.extend(text.split("{ ").skip(1).map(|rest| rest.split(' ').next().unwrap_or_default().to_owned()));
    }
    maybe.extend(built());
    surely.extend(built());
    (maybe, surely)
}

/// Names that the program builds: the mails of events, from the table in `notices/mod.rs`.
fn built() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let table = Source::read("src/notices/mod.rs");
    let rows = table.text.split("Event::").filter_map(|piece| piece.split_once("=> (\"")).map(|(_, row)| row);
    for (word, told) in rows.filter_map(|row| row.split_once("\", Told::")) {
        let told: String = told.chars().take_while(char::is_ascii_alphabetic).collect();
        let mut both = |name: &str| all.extend([format!("mail-{name}-subject"), format!("mail-{name}-text")]);
        let event = Event::ALL.iter().find(|event| event.word() == word).unwrap();
        for about in BTreeSet::from([event.mail_about(false), event.mail_about(true)]) {
            if matches!(told.as_str(), "Person" | "PersonAndAdministrators" | "PersonOldAddress") {
                both(&about);
            }
            if told == "PersonOldAddress" {
                both(&format!("{about}-old-address"));
            }
            if matches!(told.as_str(), "Administrators" | "PersonAndAdministrators") {
                both(&format!("{about}-administrators"));
            }
        }
    }
    assert!(all.len() > 20, "the table of events was not read");
    all
}

/// Whether a sentence's name is built in the program: `format!("people-done-{word}")`, `format!("{}-more", name)`,
/// `mail-{name}-text`; the parts put in must be texts of the program too.
fn is_built_from(id: &str, words: &BTreeSet<String>) -> bool {
    let (starts, ends) = shapes();
    let is_word = |word: &str| words.contains(word);
    starts
        .iter()
        .filter_map(|start| id.strip_prefix(start.as_str()))
        .any(|rest| is_word(rest) || ends.iter().filter_map(|end| rest.strip_suffix(end.as_str())).any(is_word))
        || ends.iter().filter_map(|end| id.strip_suffix(end.as_str())).any(is_word)
}

/// What stands before and after the places of the program's formats: `people-done-` and `-more`.
fn shapes() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut starts, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let programs = rust_files("src").into_iter().map(|file| file.without_tests().to_owned());
    let pages = all_under("src", "html").into_iter().map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let letters = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-';
    for text in programs.chain(pages) {
        for (at, _) in text.match_indices('"') {
            let start: String = text[at + 1..].chars().take_while(letters).collect();
            if start.len() > 2 && start.ends_with('-') && text[at + 1 + start.len()..].starts_with('{') {
                starts.insert(start);
            }
        }
        for (at, _) in text.match_indices('}') {
            let end: String = text[at + 1..].chars().take_while(letters).collect();
            if end.len() > 2 && end.starts_with('-') && text[at + 1 + end.len()..].starts_with('"') {
                ends.insert(end);
            }
        }
    }
    (starts, ends)
}

#[test]
fn every_sentence_that_is_named_exists() {
    let (_, surely) = named();
    assert!(surely.len() > 20, "the sources were not read");
    for (language, sentences) in catalogues() {
        let missing: Vec<&String> = surely.iter().filter(|id| !sentences.contains_key(*id)).collect();
        assert!(missing.is_empty(), "{language} lacks: {missing:#?}");
    }
}

#[test]
fn no_sentence_is_left_over() {
    let (maybe, _) = named();
    for (language, sentences) in catalogues() {
        let left: Vec<&String> =
            sentences.keys().filter(|id| !maybe.contains(*id) && !is_built_from(id, &maybe)).collect();
        assert!(left.is_empty(), "{language} has sentences nobody says: {left:#?}");
    }
}

#[test]
fn all_languages_say_the_same() {
    let all = catalogues();
    let english = &all["en"];
    for (language, sentences) in &all {
        for (id, values) in english {
            assert_eq!(sentences.get(id), Some(values), "{language}: {id}");
        }
        assert_eq!(sentences.len(), english.len(), "{language} has sentences that English has not");
    }
}
