//! How soon a guesser would come upon a password: the cheapest way to explain *all* of it by words,
//! endings, sequences, keyboard walks and repetitions. A part that nothing explains costs what its
//! characters cost, so a password is never refused for merely containing a word.
//!
//! Costs are decimal logarithms of guesses. They are generous to the guesser and coarse on purpose.

use super::words::{self, Source, Word};
use super::{About, Weakness};

/// What a password has to withstand: with our limits on attempts, more than any guesser gets.
const ENOUGH: f64 = 9.0;

const THEIR_WORD: f64 = 1.0;
const KNOWN_WORD: f64 = 1.8;
/// The bundled list has about 48,000 entries.
const COMMON_WORD: f64 = 4.6;
const LEET: f64 = 0.7;
const YEAR: f64 = 1.6;
const SEPARATOR: f64 = 0.7;
const RUN: f64 = 2.0;
const TURN: f64 = 0.6;
const AGAIN: f64 = 0.5;
const LONGEST_PERIOD: usize = 12;

/// How the cheapest explanation so far got here.
#[derive(Clone, Debug)]
struct Way {
    cost: f64,
    /// The longest word of theirs in it.
    theirs: Option<String>,
    /// A trade word, a usual word or an entry of the list is in it.
    common: bool,
}

/// At most one weakness: the most telling of `Context`, `Common` and `Pattern`.
pub(super) fn easily_guessed(password: &str, needed: usize, about: &About) -> Option<Weakness> {
    let text: Vec<char> = words::fold(password).chars().collect();
    if text.is_empty() {
        return None;
    }
    let known = words::of(about);
    // "pass-word pass-word" is no better than "passwordpassword", nor "H a r b o u r" than "Harbour".
    let compact: Vec<char> = text.iter().copied().filter(|c| !is_separator(*c)).collect();
    if let Some(unit) = [&text, &compact].into_iter().find_map(|text| repeated_unit(text)) {
        let found = explain(unit, &known, true).map(weakness_of);
        if found.is_some() || unit.len() < needed {
            return Some(found.unwrap_or(Weakness::Pattern));
        }
        return None;
    }
    if compact.is_empty() {
        return Some(Weakness::Pattern);
    }
    explain(&text, &known, true).or_else(|| explain(&compact, &known, true)).map(weakness_of)
}

fn weakness_of(way: Way) -> Weakness {
    match (way.theirs, way.common) {
        (Some(word), _) => Weakness::Context { word },
        (None, true) => Weakness::Common,
        (None, false) => Weakness::Pattern,
    }
}

/// The shortest piece which, said at least twice, is the text; its last time may be cut short.
fn repeated_unit(text: &[char]) -> Option<&[char]> {
    // The failure function of Knuth, Morris and Pratt: length less longest border is the period.
    let mut border = vec![0; text.len()];
    for at in 1..text.len() {
        let mut length = border[at - 1];
        while length > 0 && text[at] != text[length] {
            length = border[length - 1];
        }
        border[at] = length + usize::from(text[at] == text[length]);
    }
    let period = text.len() - border.last().copied().unwrap_or(0);
    (period * 2 <= text.len()).then(|| &text[..period])
}

/// The cheapest explanation of the whole text, if it costs less than [`ENOUGH`].
fn explain(text: &[char], known: &[Word], repeats: bool) -> Option<Way> {
    let mut ways: Vec<Option<Way>> = vec![None; text.len() + 1];
    ways[0] = Some(Way { cost: 0.0, theirs: None, common: false });
    for at in 0..text.len() {
        // Every step costs, so a way that is dear already can be left: this bounds the work.
        let Some(way) = ways[at].clone() else {
            continue;
        };
        let rest = &text[at..];
        extend(&mut ways, at, 1, &way, character_cost(rest[0], at + 1 == text.len()));
        if let Some(length) = year(rest) {
            extend(&mut ways, at, length, &way, YEAR);
        }
        for (length, cost) in patterns(rest) {
            extend(&mut ways, at, length, &way, cost);
        }
        extend_by_words(&mut ways, at, rest, &way, known);
        if repeats {
            extend_by_repeats(&mut ways, at, rest, &way, known);
        }
    }
    ways.pop().flatten()
}

fn extend(ways: &mut [Option<Way>], at: usize, length: usize, way: &Way, cost: f64) {
    let cost = way.cost + cost;
    let target = &mut ways[at + length];
    if cost < ENOUGH && target.as_ref().is_none_or(|other| cost < other.cost) {
        *target = Some(Way { cost, ..way.clone() });
    }
}

/// A character that nothing else explains.
fn character_cost(c: char, last: bool) -> f64 {
    match c {
        c if is_separator(c) => SEPARATOR,
        '!' | '?' | '.' | '#' | '*' | '$' if last => SEPARATOR,
        c if c.is_ascii_digit() => 1.0,
        c if c.is_ascii_alphabetic() => 1.4,
        c if c.is_ascii() => 1.5,
        _ => 2.5,
    }
}

pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | ',' | '+' | '/' | '@')
}

fn year(rest: &[char]) -> Option<usize> {
    let digits: String = rest.iter().take(4).filter(|c| c.is_ascii_digit()).collect();
    digits.parse().is_ok_and(|year: u16| (1900..2100).contains(&year)).then_some(4)
}

/// Repetitions of one character, sequences and keyboard walks that begin here; the last characters
/// of a walk may belong to the next word, so the shorter ones are offered too.
fn patterns(rest: &[char]) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let same = 1 + rest.windows(2).take_while(|pair| pair[0] == pair[1]).count();
    if same >= 3 {
        found.push((same, RUN));
    }
    for step in [1, -1] {
        let length = 1 + rest.windows(2).take_while(|pair| follows(pair[0], pair[1], step)).count();
        found.extend((3..=length).rev().take(3).map(|length| (length, RUN)));
    }
    let mut turns = 0.0;
    let mut walks = Vec::new();
    let mut before = None;
    for (index, pair) in rest.windows(2).enumerate() {
        let Some(direction) = step_on_keyboard(pair[0], pair[1]) else {
            break;
        };
        if before.is_some_and(|before| before != direction) {
            turns += TURN;
        }
        before = Some(direction);
        walks.push((index + 2, RUN + turns));
        if RUN + turns > ENOUGH {
            break;
        }
    }
    found.extend(walks.into_iter().rev().filter(|(length, _)| *length >= 3).take(3));
    found
}

/// b follows a in the alphabet or among the digits, where 0 stands after 9.
fn follows(a: char, b: char, step: i32) -> bool {
    let (x, y) = (i64::from(u32::from(a)), i64::from(u32::from(b)));
    if a.is_ascii_digit() && b.is_ascii_digit() {
        return (x - y + i64::from(step)).rem_euclid(10) == 0;
    }
    a.is_alphabetic() && b.is_alphabetic() && x + i64::from(step) == y
}

/// The way from one key to its neighbour on a US keyboard.
fn step_on_keyboard(a: char, b: char) -> Option<(i32, i32)> {
    let ((ax, ay), (bx, by)) = (key(a)?, key(b)?);
    let step = (bx - ax, by - ay);
    (step != (0, 0) && step.0.abs() <= 1 && step.1.abs() <= 1).then_some(step)
}

fn key(c: char) -> Option<(i32, i32)> {
    const ROWS: [(&str, &str); 4] =
        [("1234567890-=", "!@#$%^&*()_+"), ("qwertyuiop[]", ""), ("asdfghjkl;'", ""), ("zxcvbnm,./", "")];
    ROWS.iter().zip(0..).find_map(|((plain, shifted), y)| {
        let x = plain.find(c).or_else(|| shifted.find(c))?;
        Some((i32::try_from(x).ok()?, y))
    })
}

fn extend_by_words(ways: &mut [Option<Way>], at: usize, rest: &[char], way: &Way, known: &[Word]) {
    let ours = known.iter().map(|word| word.text.chars().count()).max().unwrap_or_default();
    let longest = rest.len().min(ours.max(words::LONGEST));
    for ones in ['i', 'l'] {
        let plain: Vec<char> = rest[..longest].iter().map(|c| unleet(*c, ones)).collect();
        for (raw, text) in [(true, &rest[..longest]), (false, &plain[..])] {
            if raw && ones == 'l' || !raw && plain == rest[..longest] {
                continue;
            }
            for (length, cost, word) in words_at(text, known) {
                // "12345" must not pass as leet, and a word that has no leet in it was found raw.
                if !raw && (text[..length] == rest[..length] || !has_letter(&rest[..length])) {
                    continue;
                }
                let mut next = way.clone();
                match word {
                    Some(word) if word.source == Source::Theirs => longer(&mut next, &word.text),
                    _ => next.common = true,
                }
                extend(ways, at, length, &next, if raw { cost } else { cost + LEET });
            }
        }
    }
}

fn has_letter(text: &[char]) -> bool {
    text.iter().any(|c| c.is_alphabetic())
}

fn longer(way: &mut Way, word: &str) {
    if way.theirs.as_ref().is_none_or(|other| other.len() < word.len()) {
        way.theirs = Some(word.to_owned());
    }
}

fn unleet(c: char, ones: char) -> char {
    match c {
        '1' | '!' | '|' => ones,
        '0' => 'o',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        '2' => 'z',
        other => other,
    }
}

/// Every word that begins the text, with its length and cost.
fn words_at<'a>(text: &[char], known: &'a [Word]) -> Vec<(usize, f64, Option<&'a Word>)> {
    let whole: String = text.iter().collect();
    let mut found: Vec<_> = known
        .iter()
        .filter(|word| whole.starts_with(&word.text))
        .map(|word| {
            let cost = if word.source == Source::Theirs { THEIR_WORD } else { KNOWN_WORD };
            (word.text.chars().count(), cost, Some(word))
        })
        .collect();
    // Entries are ASCII of 4 to 32 characters, so bytes and characters agree.
    let ascii = whole.bytes().take_while(u8::is_ascii).count().min(32);
    found.extend(
        (4..=ascii).filter(|length| words::is_common(&whole[..*length])).map(|length| (length, COMMON_WORD, None)),
    );
    found
}

/// "passwordpassword1": a piece said again at once costs little more than once.
fn extend_by_repeats(ways: &mut [Option<Way>], at: usize, rest: &[char], way: &Way, known: &[Word]) {
    for period in 2..=LONGEST_PERIOD.min(rest.len() / 2) {
        let unit = &rest[..period];
        let times = rest.chunks_exact(period).take_while(|chunk| *chunk == unit).count();
        if times < 2 {
            continue;
        }
        let Some(once) = explain(unit, known, false) else {
            continue;
        };
        let mut next = way.clone();
        if let Some(word) = &once.theirs {
            longer(&mut next, word);
        }
        next.common |= once.common;
        extend(ways, at, period * times, &next, once.cost + AGAIN);
    }
}
