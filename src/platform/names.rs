//! The rule for display names of people, practices and devices, and what counts as hidden text.
//! Escaping is not done here: pages and mails escape where they print.

use unicode_normalization::UnicodeNormalization;

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameProblem {
    Empty,
    /// More than the field's limit, in characters.
    TooLong {
        max: usize,
    },
    /// A line break, NUL or another control character: it could split a header or a log line.
    ControlCharacter,
    /// A bidirectional control: it could make a page read in another order than it is stored.
    BidiControl,
}

/// The stored form of a typed name: NFC, trimmed, inner white space as single spaces, 1 to `max` characters.
///
/// Zero-width and other unseen characters are dropped, for two names that look the same should be the
/// same; a joiner stays where it changes what is seen. Control and bidirectional characters are refused. Template syntax passes as the text it is.
pub fn clean_name(typed: &str, max: usize) -> Result<String, NameProblem> {
    let typed = typed.trim();
    if typed.chars().any(is_control) {
        return Err(NameProblem::ControlCharacter);
    }
    if typed.chars().any(is_bidi_control) {
        return Err(NameProblem::BidiControl);
    }
    let seen = without_unseen(typed);
    let words: Vec<&str> = seen.split_whitespace().collect();
    let name: String = words.join(" ").nfc().collect();
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.chars().count() > max {
        return Err(NameProblem::TooLong { max });
    }
    Ok(name)
}

/// Without what is not seen, but with the joiners that are written into words and pictures.
fn without_unseen(typed: &str) -> String {
    let mut seen = String::with_capacity(typed.len());
    let (mut before, mut joiner) = (None, None);
    for c in typed.chars() {
        if is_joiner(c) {
            joiner = Some(c);
        } else if !is_unseen(c) {
            if let (Some(before), Some(joiner)) = (before, joiner.take())
                && shapes(joiner, before, c)
            {
                seen.push(joiner);
            }
            seen.push(c);
            before = Some(c);
        }
    }
    seen
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a joiner between these is seen: in scripts whose letters join, and in pictures made of several.
fn shapes(joiner: char, before: char, after: char) -> bool {
    let joins = |c: char| {
        matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
            && !c.is_numeric()
    };
    let picture = |c: char| matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}') && c != '\u{2800}';
    joins(before) && joins(after) || joiner == '\u{200d}' && picture(before) && picture(after)
}

/// How a searched text may be written: in small letters, with each word begun by a capital, in capitals, and as it was typed;
/// with two letters beyond ASCII or fewer, every spelling there is. ASCII letters are small in all of them, to be compared with
/// `LOWER`, which is all that SQLite's does; PostgreSQL's may do more.
pub fn spellings(typed: &str) -> [String; 4] {
    let typed: String = typed.nfc().collect();
    let small = typed.to_lowercase();
    let count = small.chars().filter(|c| !c.is_ascii()).count();
    let written = |capital: &dyn Fn(usize, bool) -> bool| -> String {
        let (mut place, mut before) = (0, ' ');
        let one = |c: char| {
            let starts = !before.is_alphanumeric();
            before = c;
            if c.is_ascii() {
                return c;
            }
            place += 1;
            if capital(place - 1, starts) { capital_of(c) } else { c }
        };
        small.chars().map(one).collect()
    };
    if count <= 2 {
        return [0_usize, 1, 2, 3].map(|capitals| written(&|place, _| capitals >> place & 1 == 1));
    }
    let as_typed = typed.chars().map(|c| c.to_ascii_lowercase()).collect();
    [small.clone(), written(&|_, starts| starts), written(&|_, _| true), as_typed]
}

/// The capital of a letter, where it is one letter.
fn capital_of(c: char) -> char {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Whether a character is a control, reorders text or cannot be seen; none belongs in an address.
pub fn is_hidden(c: char) -> bool {
    is_control(c) || is_bidi_control(c) || is_unseen(c)
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// The embeddings, overrides and isolates of UAX #9; the three bare marks are only unseen.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Unicode's default ignorables (UAX #44), and the blanks that fonts draw as nothing.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `LOWER` makes of a name on an engine that knows ASCII alone.
    fn is_found(name: &str, typed: &str) -> bool {
        let lower: String = name.chars().map(|c| c.to_ascii_lowercase()).collect();
        spellings(typed).iter().any(|spelling| lower.contains(spelling.as_str()))
    }

    #[test]
    fn capitals_beyond_ascii_are_found() {
        for (name, typed) in [
            ("Jo Lindqvist", "LINDQ"),
            ("Élodie Brûlé", "élodie"),
            ("Élodie Brûlé", "ÉLODIE BRÛLÉ"),
            ("Élodie Brûlé", "e\u{301}lodie"),
            ("JOSÉ Müller", "josé müller"),
            ("MacÉwan", "macéwan"),
            ("Mary O'Éire", "o'éire"),
            ("Иван Петров", "иван петров"),
            ("ИВАН ПЕТРОВ", "Иван"),
            ("Straße", "STRAßE"),
            ("李小龙", "小龙"),
        ] {
            assert!(is_found(name, typed), "{typed} in {name}: {:?}", spellings(typed));
        }
        assert!(!is_found("Élodie", "èlodie") && !is_found("Elodie", "élodie"));
    }

    #[test]
    fn names_people_have() {
        let table = [
            ("Alex O'Brien-Smith", "Alex O'Brien-Smith"),
            ("  Harbour   Physio\u{a0}\u{3000}Pty ", "Harbour Physio Pty"),
            ("Jose\u{301}", "Jos\u{e9}"),
            ("山田 太郎", "山田 太郎"),
            ("محمد", "محمد"),
            ("X Æ A-12", "X Æ A-12"),
            ("{{7*7}} {% include %} ${x} <%= y %>", "{{7*7}} {% include %} ${x} <%= y %>"),
            ("\"><svg onload=alert(1)>", "\"><svg onload=alert(1)>"),
            ("=HYPERLINK(\"x\")", "=HYPERLINK(\"x\")"),
            ("=?utf-8?q?x?=", "=?utf-8?q?x?="),
            ("Al\u{200b}e\u{ad}x\u{feff}", "Alex"),
            ("\u{200f}Alex\u{200e}", "Alex"),
            ("Alex\n", "Alex"),
        ];
        for (typed, expected) in table {
            assert_eq!(clean_name(typed, 100).as_deref(), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn joiners_stay_where_they_are_seen() {
        let table = [
            // A family, a farmer with a skin tone, and words of Persian, Hindi and Sinhala.
            ("\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} phone", "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} phone"),
            ("\u{1f9d1}\u{1f3fd}\u{200d}\u{1f33e}", "\u{1f9d1}\u{1f3fd}\u{200d}\u{1f33e}"),
            ("می\u{200c}رود", "می\u{200c}رود"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("ශ්\u{200d}රී", "ශ්\u{200d}රී"),
            // Nowhere else: not at an end, beside a blank, twice, or where nobody sees it.
            ("\u{200c}می\u{200c}", "می"),
            ("می \u{200c}رود", "می رود"),
            ("می\u{200c}\u{200c}\u{200d}رود", "می\u{200d}رود"),
            ("Al\u{200d}e\u{200c}x", "Alex"),
            ("\u{1f469}\u{200c}\u{1f467}", "\u{1f469}\u{1f467}"),
            ("A\u{200d}\u{1f467}", "A\u{1f467}"),
        ];
        for (typed, expected) in table {
            assert_eq!(clean_name(typed, 60).as_deref(), Ok(expected), "{typed:?}");
            assert_eq!(clean_name(expected, 60).as_deref(), Ok(expected), "{expected:?}");
        }
    }

    #[test]
    fn names_refused() {
        use NameProblem::{BidiControl, ControlCharacter, Empty, TooLong};
        let table = [
            ("", Empty),
            (" \t\u{3000} ", Empty),
            ("\u{200b}\u{2060}", Empty),
            ("\u{3164}", Empty),
            ("a\r\nBcc: b@example.com", ControlCharacter),
            ("a\0b", ControlCharacter),
            ("a\tb", ControlCharacter),
            ("a\u{85}b", ControlCharacter),
            ("a\u{2028}b", ControlCharacter),
            ("gnp.\u{202e}exe", BidiControl),
            ("a\u{2066}b", BidiControl),
            ("12345678901", TooLong { max: 10 }),
        ];
        for (typed, expected) in table {
            assert_eq!(clean_name(typed, 10), Err(expected), "{typed:?}");
        }
    }

    #[test]
    fn the_limit_counts_characters_and_one_is_enough() {
        assert!(clean_name("é", 10).is_ok());
        assert!(clean_name(&"語".repeat(10), 10).is_ok());
        assert!(clean_name(&"語".repeat(11), 10).is_err());
        assert!(clean_name(&"e\u{301}".repeat(10), 10).is_ok());
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for typed in ["a\u{200b}  \u{301}b", "  x \u{feff} y ", "\u{1100}\u{200b}\u{1161}"] {
            let once = clean_name(typed, 100).unwrap();
            assert_eq!(clean_name(&once, 100).unwrap(), once);
        }
    }
}
