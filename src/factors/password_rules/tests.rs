use std::io::Write as _;

use super::*;

const HARBOUR: About = About {
    practice_name: "Harbour Physio",
    practice_slug: "harbour-physio",
    practice_host: "harbour-physio.au.portico.example",
    person_name: "Alex Morgan",
    email: "alex.morgan@harbourphysio.example",
};

/// AC-009: what a guesser tries first, each long enough to pass on length alone with a second factor.
const BAD: [(&str, Kind); 56] = [
    ("Harbourphysio2026", Kind::Context),
    ("harbourphysio2026!", Kind::Context),
    ("Harbour Physio 2026", Kind::Context),
    ("Harbour-Physio-26", Kind::Context),
    ("harbourphysio1234", Kind::Context),
    ("HARBOURPHYSIO!!!!", Kind::Context),
    ("H@rb0urPhysi0!", Kind::Context),
    ("H4rb0urphy5102026", Kind::Context),
    ("physioharbour1", Kind::Context),
    ("harbourharbour", Kind::Context),
    ("harbour harbour harbour", Kind::Context),
    ("2026harbourphysio", Kind::Context),
    ("h a r b o u r p h y s i o", Kind::Context),
    ("Hárbourphysío26", Kind::Context),
    ("harbourclinic", Kind::Context),
    ("WelcomeHarbour1", Kind::Context),
    ("HarbourSummer26", Kind::Context),
    ("porticoharbour", Kind::Context),
    ("AlexMorgan1984", Kind::Context),
    ("alex.morgan.1984", Kind::Context),
    ("MorganAlex123!", Kind::Context),
    ("alex1234567890", Kind::Context),
    ("alexmorgan@harbourphysio.example", Kind::Context),
    ("Portico-2026!", Kind::Common),
    ("HealthClinic2026", Kind::Common),
    ("physiotherapy1", Kind::Common),
    ("Reception2026!", Kind::Common),
    ("password1234567", Kind::Common),
    ("Password2026!!", Kind::Common),
    ("P@ssw0rd123456", Kind::Common),
    ("passwordpassword", Kind::Common),
    ("password password", Kind::Common),
    ("thisismypassword", Kind::Common),
    ("Welcome12345678", Kind::Common),
    ("letmeinletmein", Kind::Common),
    ("iloveyou123456", Kind::Common),
    ("Summer2026!!!!", Kind::Common),
    ("MondayMonday1", Kind::Common),
    ("adminqwertyuiop", Kind::Common),
    ("changeme20261121", Kind::Common),
    ("1q2w3e4r5t6y", Kind::Common),
    ("basketball83", Kind::Common),
    ("tinkerbell2019", Kind::Common),
    ("abcdefghijklmno", Kind::Pattern),
    ("qwertyuiop12345", Kind::Pattern),
    ("asdfghjkl;'12345", Kind::Pattern),
    ("1qaz2wsx3edc4rfv", Kind::Common),
    ("!QAZ@WSX#EDC$RFV", Kind::Pattern),
    ("aaaaaaaaaaaaaaaa", Kind::Pattern),
    ("aaaabbbbccccdddd", Kind::Pattern),
    ("123456789012345", Kind::Pattern),
    ("987654321098765", Kind::Pattern),
    ("abcabcabcabcabc", Kind::Pattern),
    ("ababababababab1!", Kind::Pattern),
    ("x7!kx7!kx7!kx7!k", Kind::Pattern),
    ("                ", Kind::Pattern),
];

/// Each of 15 code points or more; they hold dictionary words, and that is no reason.
const GOOD: [&str; 24] = [
    "correct horse battery staple",
    "the sea is cold in may",
    "tea under wet rug",
    "my harbour view needs more gulls",
    "physio taught me to breathe out",
    "password managers remember this odd one",
    "Kein Pferd frisst Gurkensalat",
    "Ωμέγα και άλφα στη θάλασσα",
    "猫は窓の外の雨をずっと見ている午後",
    "🦊🌧️🥕🎻🚲🧦🪁🌋🍋🦉🧊🪵🎲🥁🐙",
    "wet 🦊 sings at dawn",
    "vK9$mQ2!xT7&pL4w",
    "8f3a61c09be2d754",
    "490283751660294",
    "zjqkvxwpmhgtrb",
    "purple-monkey-dishwasher-rodeo",
    "Sunflower umbrella teapot",
    "a  b  z  q  7  x  m  k",
    " leading and trailing space ",
    "ich-habe-2026-drei-katzen",
    "It's raining; bring 3 boats!",
    "six wide owls jog by the quiet canal while my old neighbour hums tunes",
    "k3v-9wq-zz1-m4t-8rx-p0d-l5s-y7b-c2n-h6f-g1j-u8e-i4o-a9x-q2w-t3z-bb",
    "mwqzyt vhxgk pnd",
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Context,
    Common,
    Pattern,
}

fn kind(weakness: &Weakness) -> Option<Kind> {
    match weakness {
        Weakness::Context { .. } => Some(Kind::Context),
        Weakness::Common => Some(Kind::Common),
        Weakness::Pattern => Some(Kind::Pattern),
        _ => None,
    }
}

#[test]
fn bad_passwords_are_refused_with_their_reason() {
    let mut wrong = Vec::new();
    for (password, expected) in BAD {
        let found = check(password, Needed::WithSecondFactor, &HARBOUR);
        let kinds: Vec<_> = found.as_ref().err().into_iter().flatten().filter_map(kind).collect();
        if kinds != [expected] {
            wrong.push((password, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn good_passwords_are_taken() {
    let mut wrong = Vec::new();
    for password in GOOD {
        let needed = if password.chars().count() >= 15 { Needed::OnlyFactor } else { Needed::WithSecondFactor };
        if let Err(found) = check(password, needed, &HARBOUR) {
            wrong.push((password, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_context_word_is_named_and_only_for_its_own_people() {
    let found = check("Harbourphysio2026", Needed::OnlyFactor, &HARBOUR);
    assert_eq!(found, Err(vec![Weakness::Context { word: "harbourphysio".to_owned() }]));
    let elsewhere = About {
        practice_name: "Wimbolden Therapy",
        practice_slug: "wimbolden",
        practice_host: "wimbolden.uk.portico.example",
        person_name: "Sam",
        email: "sam@example.com",
    };
    assert!(check("Harbourquay-xk2026", Needed::OnlyFactor, &elsewhere).is_ok());
    assert!(check("Wimboldentherapy2026", Needed::OnlyFactor, &elsewhere).is_err());
    assert!(check("Wimboldentherapy2026", Needed::OnlyFactor, &HARBOUR).is_ok());
}

#[test]
fn nobodys_own_address_is_a_password() {
    let long = format!("{}@{}.example.com.au", "berta-of-the-harbour".repeat(3), "physiotherapy".repeat(4));
    let unlike = ["zq", "vx", "kj", "wq"].concat().repeat(8);
    let long_host = format!("q@{unlike}.{unlike}.example");
    let host = "harbour-physio.au.portico.example";
    for (email, typed) in [
        ("nina@example.com", "nina@example.com"),
        ("nina@example.com", "nina@example.com1"),
        ("nina@example.com", "nina@example.com12"),
        ("nina@example.com", "Nina@Example.COM!"),
        ("nina@example.com", "ninaexamplecom2026"),
        ("jo@bigpond.net.au", "jo@bigpond.net.au"),
        ("jo@bigpond.net.au", "jo@bigpond.net.au99"),
        ("jo@bigpond.net.au", "JoBigpondNetAu"),
        ("jo@bigpond.net.au", "bigpond.net.au2026"),
        ("jo@bigpond.net.au", host),
        ("jo@bigpond.net.au", "Harbour-Physio.au.portico.example1"),
        ("jo@bigpond.net.au", "harbourphysioauporticoexample"),
        ("u@xn--exmple-cua.com", "u@xn--exmple-cua.com"),
        ("u@xn--exmple-cua.com", "ü@exämple.com1234"),
        (&long, &long),
        (&long_host, &long_host),
        (&long_host, &format!("{long_host}7")),
    ] {
        let about = About { email, person_name: "Quentin Zwick", ..HARBOUR };
        let found = weaknesses(typed, Needed::WithSecondFactor, &about);
        assert!(matches!(found[..], [Weakness::Context { .. }]), "{email}: {typed}: {found:?}");
    }
    // To hold an address is not to be one, and somebody else's is a sentence like any other.
    let nina = About { email: "nina@example.com", ..HARBOUR };
    for fine in ["my post goes to nina@example.com since may", "quince@otherwise.example"] {
        assert_eq!(weaknesses(fine, Needed::OnlyFactor, &nina), [], "{fine}");
    }
}

#[test]
fn length_counts_code_points_after_nfc() {
    let short = |needed, have| Err(vec![Weakness::TooShort { needed, have }]);
    assert_eq!(check("vK9$mQ2!xT7&pL", Needed::OnlyFactor, &HARBOUR), short(15, 14));
    assert_eq!(check("vK9$mQ2!xT7", Needed::WithSecondFactor, &HARBOUR), short(12, 11));
    assert!(check("vK9$mQ2!xT7&", Needed::WithSecondFactor, &HARBOUR).is_ok());
    assert_eq!(check("vK9$mQ2!xT7e\u{301}", Needed::OnlyFactor, &HARBOUR), short(15, 12));
    let emoji: String = "🦊🌧🥕🎻🚲🧦🪁🌋🍋🦉🧊🪵🎲🥁🐙".chars().take(14).collect();
    assert_eq!(check(&emoji, Needed::OnlyFactor, &HARBOUR), short(15, 14));
    assert!(check("", Needed::OnlyFactor, &HARBOUR).is_err());
}

#[test]
fn at_most_1024_bytes_after_nfc() {
    let text = |bytes: usize| -> String {
        (0u32..)
            .flat_map(|n| format!("{:x}", n.wrapping_mul(2_654_435_761)).into_bytes())
            .map(char::from)
            .take(bytes)
            .collect()
    };
    assert!(check(&text(1024), Needed::OnlyFactor, &HARBOUR).is_ok());
    assert_eq!(check(&text(1025), Needed::OnlyFactor, &HARBOUR), Err(vec![Weakness::TooLong]));
    assert_eq!(check(&text(1 << 20), Needed::OnlyFactor, &HARBOUR), Err(vec![Weakness::TooLong]));
    let nfd = text(1000) + &"e\u{301}".repeat(12);
    assert!(check(&nfd, Needed::OnlyFactor, &HARBOUR).is_ok(), "1,036 bytes, but 1,024 in NFC");
}

#[test]
fn control_characters_are_refused_by_name() {
    for password in ["tea under\0wet rug and", "tea under\twet rug and", "tea under wet rug\u{85}x"] {
        let found = check(password, Needed::OnlyFactor, &HARBOUR);
        assert_eq!(found, Err(vec![Weakness::ControlCharacter]), "{password:?}");
    }
}

#[test]
fn every_entry_of_the_list_is_found_and_nothing_between() {
    let list = include_str!("../common_passwords.txt");
    let entries: Vec<&str> = list.lines().collect();
    assert!(entries.is_sorted(), "halving needs the order of bytes");
    assert!(entries.len() > 40_000);
    for entry in &entries {
        assert!(words::is_common(entry), "{entry}");
    }
    for entry in ["", "\n", "passwordx9", "zzzzzzzzzzzzzzzzzz~", " ", "!", "password\n"] {
        assert!(!words::is_common(entry), "{entry:?}");
    }
}

/// How long this thread has had a processor: other programs on the machine do not count.
fn worked() -> std::time::Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    std::time::Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn hostile_text_of_full_length_is_judged_quickly() {
    let hostile = [
        "a1".repeat(512),
        "harbour".repeat(146),
        "4@8({[</369&#!1/|0$5+7%2".repeat(42),
        format!("{}x", "ab".repeat(500)),
        "aaabbbcccdddeeefff".repeat(56),
        "\u{344}".repeat(512),
        "1!1!l|1!".repeat(12) + "q",
    ];
    for text in hostile {
        let start = worked();
        let _ = check(&text, Needed::OnlyFactor, &HARBOUR);
        let checked = worked();
        let _ = strength(&text, &HARBOUR);
        let (check, strength) = (checked - start, worked() - checked);
        let head: String = text.chars().take(12).collect();
        println!("{head} check {check:?} strength {strength:?}");
        assert!(check.as_millis() < 1000, "{head}: {check:?}");
        assert!(strength.as_millis() < 1000, "{head}: {strength:?}");
    }
}

#[test]
fn strength_grows_and_knows_the_practice() {
    let score = |password| strength(password, &HARBOUR).score;
    assert_eq!(strength("", &HARBOUR), Strength { score: 0, guesses_log10: 0.0 });
    assert_eq!(score("password"), 0);
    assert_eq!(score("vK9$mQ2!xT7&pL4w"), 4);
    assert!(score("harbourphysio") < 2);
    let long = "vK9$mQ2!xT7&pL4w".repeat(10);
    let cut: String = long.chars().take(40).collect();
    assert_eq!(strength(&long, &HARBOUR), strength(&cut, &HARBOUR));
}

fn leaked(lines: &str) -> (tempfile::NamedTempFile, Result<LeakedList, LeakedError>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    let list = LeakedList::open(file.path());
    (file, list)
}

fn line(password: &str) -> String {
    use sha1::{Digest as _, Sha1};
    format!("{}:{}", data_encoding::HEXUPPER.encode(&Sha1::digest(password)), password.len() * 977)
}

#[test]
fn leaked_passwords_are_found_wherever_they_stand() {
    for (end, last) in [("\r\n", "\r\n"), ("\n", "")] {
        for count in [1, 2, 3, 100, 257] {
            let mut lines: Vec<String> = (0..count).map(|n| line(&format!("leak {n}"))).collect();
            lines.sort();
            let (_file, list) = leaked(&(lines.join(end) + last));
            let list = list.unwrap();
            for n in 0..count {
                assert!(list.contains(&format!("leak {n}")).unwrap(), "{n} of {count}");
                assert!(!list.contains(&format!("no leak {n}")).unwrap(), "{n} of {count}");
            }
        }
    }
    let (_file, list) = leaked(&line("caf\u{e9} au lait"));
    assert!(list.unwrap().contains("cafe\u{301} au lait").unwrap());
}

#[test]
fn a_list_that_cannot_answer_says_so() {
    let bad = ["", "\n", "not a list\n", "0123\n", &format!("{}\n\n", line("a"))];
    for text in bad {
        assert!(matches!(leaked(text).1, Err(LeakedError::Malformed { .. })), "{text:?}");
    }
    assert!(matches!(LeakedList::open("/nonexistent/list"), Err(LeakedError::Io(_))));
    let mut lines: Vec<String> = (0..50).map(|n| line(&format!("leak {n}"))).collect();
    lines.sort();
    lines.reverse();
    assert!(matches!(leaked(&lines.join("\n")).1, Err(LeakedError::Unordered { .. })));
    lines.sort();
    let (file, list) = leaked(&lines.join("\n"));
    let list = list.unwrap();
    drop(file);
    assert!(matches!(list.contains("leak 1"), Err(LeakedError::Io(_))), "gone is not absent");
    lines[25] = "x".repeat(200);
    let (_file, list) = leaked(&lines.join("\n"));
    let list = list.unwrap();
    let failed = (0..50).filter(|n| list.contains(&format!("leak {n}")).is_err()).count();
    assert!(failed >= 1, "a torn line in the middle is met by some search");
}
