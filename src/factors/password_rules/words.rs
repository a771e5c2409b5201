//! The words a guesser starts from: those of the practice and the person, those of the trade, and the
//! bundled list of common passwords (see `common_passwords.NOTICE`).

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::About;
use super::guess::is_separator;

/// Sorted by byte, one lower-case entry per line; searched where it lies.
const COMMON: &str = include_str!("../common_passwords.txt");

/// Characters of the longest entry, and of the longest single word of ours that is worth looking for.
pub(super) const LONGEST: usize = 48;

const SHORTEST: usize = 3;

/// What any guesser of a clinic's passwords tries.
const TRADE: &[&str] = &[
    "portico",
    "clinic",
    "clinics",
    "health",
    "healthcare",
    "medical",
    "medicine",
    "practice",
    "physio",
    "physiotherapy",
    "therapy",
    "therapist",
    "patient",
    "patients",
    "doctor",
    "nurse",
    "practitioner",
    "reception",
    "receptionist",
    "appointment",
    "appointments",
    "booking",
    "wellness",
    "dental",
    "dentist",
    "podiatry",
    "osteo",
    "chiro",
    "massage",
    "psychology",
    "hospital",
    "client",
    "clients",
    "staff",
    "portal",
];

/// What people type when a password is asked of them.
const USUAL: &[&str] = &[
    "password",
    "passwords",
    "passwort",
    "motdepasse",
    "contrasena",
    "passw",
    "pass",
    "passphrase",
    "welcome",
    "login",
    "logon",
    "signin",
    "admin",
    "administrator",
    "letmein",
    "changeme",
    "change",
    "default",
    "secret",
    "qwerty",
    "azerty",
    "qwertz",
    "asdf",
    "test",
    "testing",
    "user",
    "guest",
    "temp",
    "temporary",
    "iloveyou",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "master",
    "hello",
    "this",
    "my",
    "is",
    "the",
    "new",
    "super",
    "spring",
    "summer",
    "autumn",
    "winter",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "system",
    "server",
    "account",
    "office",
    "work",
    "home",
    "internet",
    "computer",
];

/// Mail providers and host words tell nothing of a person.
const HOST_WORDS: &[&str] = &["com", "org", "net", "www", "mail", "example", "co"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The practice's or the person's.
    Theirs,
    Trade,
    Usual,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded, see [`fold`].
    pub text: String,
    pub source: Source,
}

/// The words to look for, `Theirs` first.
pub(super) fn of(about: &About) -> Vec<Word> {
    let mut texts = Vec::new();
    for name in [about.practice_name, about.practice_slug, about.person_name] {
        name_words(name, &mut texts);
    }
    let (local, domain) = about.email.split_once('@').unwrap_or((about.email, ""));
    name_words(local, &mut texts);
    texts.extend(split(domain).into_iter().filter(|part| !HOST_WORDS.contains(&part.as_str())));
    texts.retain(|text| (SHORTEST..=LONGEST).contains(&text.chars().count()));
    // What is written on every mail is no secret however long it is, with and without its dots.
    for whole in wholes(about) {
        let compact: String = whole.chars().filter(|c| !is_separator(*c)).collect();
        texts.extend([whole, compact].into_iter().filter(|text| text.chars().count() >= SHORTEST));
    }
    texts.sort();
    texts.dedup();
    let theirs = texts.into_iter().map(|text| Word { text, source: Source::Theirs });
    let known =
        |words: &'static [&str], source| words.iter().map(move |word| Word { text: (*word).to_owned(), source });
    theirs.chain(known(TRADE, Source::Trade)).chain(known(USUAL, Source::Usual)).collect()
}

/// The person's address, its two sides and the practice's host as they stand, folded, at most 254 characters each.
fn wholes(about: &About) -> Vec<String> {
    let (local, domain) = about.email.split_once('@').unwrap_or((about.email, ""));
    let read = idna::domain_to_unicode(domain).0;
    let spoken = format!("{local}@{read}");
    [about.email, local, domain, &read, &spoken, about.practice_host]
        .into_iter()
        .map(|whole| fold(&whole.chars().take(254).collect::<String>()))
        .collect()
}

/// "Harbour Physio": harbour, physio, harbourphysio; and the initials where there are three.
fn name_words(name: &str, into: &mut Vec<String>) {
    let parts = split(name);
    into.push(parts.concat());
    into.push(parts.iter().filter_map(|part| part.chars().next()).collect());
    into.extend(parts);
}

fn split(text: &str) -> Vec<String> {
    // A name from outside is bounded here, as nobody types a longer one as a password.
    let short: String = text.chars().take(200).collect();
    fold(&short).split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Lower case without accents: "Zürich" and "zurich" are one word to a guesser.
pub(super) fn fold(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Whether the folded text is a whole entry of the bundled list.
pub(super) fn is_common(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    let bytes = COMMON.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = bytes[..middle].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let end = bytes[middle..].iter().position(|b| *b == b'\n').map_or(high, |at| middle + at);
        match bytes[start..end].cmp(text.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}
