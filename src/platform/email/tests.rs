//! Tables of odd addresses (AC-172, AC-173, AC-174).

use super::*;

#[test]
fn accepted_addresses_and_their_canonical_form() {
    let table = [
        ("alex@example.com", "alex@example.com"),
        ("  Alex@Example.COM\r\n", "alex@example.com"),
        ("alex@example.com.", "alex@example.com"),
        ("alex+physio@example.com", "alex+physio@example.com"),
        ("a.l.e.x@example.com", "a.l.e.x@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("{{7*7}}@example.com", "{{7*7}}@example.com"),
        ("a/b=c@example.com", "a/b=c@example.com"),
        ("alex@mail-1.co.uk", "alex@mail-1.co.uk"),
        ("alex@localhost", "alex@localhost"),
        ("alex@bücher.example", "alex@xn--bcher-kva.example"),
        ("alex@BU\u{308}CHER.example", "alex@xn--bcher-kva.example"),
        ("alex@XN--bcher-kva.example", "alex@xn--bcher-kva.example"),
        ("alex@例え。jp", "alex@xn--r8jz45g.jp"),
        ("alex@\u{ff45}xample.com", "alex@example.com"),
        ("alex@straße.example", "alex@xn--strae-oqa.example"),
        ("JOSE\u{301}@example.com", "jos\u{e9}@example.com"),
        ("ΑΣ@example.com", "ασ@example.com"),
        ("用户@example.com", "用户@example.com"),
        ("\u{430}dmin@example.com", "\u{430}dmin@example.com"),
    ];
    for (typed, expected) in table {
        let email = Email::parse(typed).unwrap_or_else(|problem| panic!("{typed:?}: {problem:?}"));
        assert_eq!(email.canonical(), expected, "{typed:?}");
        let again = Email::parse(email.canonical()).unwrap();
        assert_eq!(again.canonical(), expected, "not stable: {typed:?}");
        let sent = Email::parse(email.typed()).unwrap();
        assert_eq!(sent, email, "mail would go elsewhere: {typed:?}");
        let mailer = email.typed().parse::<lettre::Address>();
        assert!(mailer.is_ok(), "the mailer refuses {typed:?}: {mailer:?}");
    }
}

#[test]
fn refused_addresses() {
    use EmailProblem::{Domain, Empty, HiddenCharacter, LocalPart, NotOneAt, TooLong};
    let table = [
        ("", Empty),
        (" \t ", Empty),
        ("alex", NotOneAt),
        ("alex@b@example.com", NotOneAt),
        ("@a.example,@b.example:c@example.com", NotOneAt),
        ("\"a@b\"@example.com", NotOneAt),
        ("a@x.example\r\nBcc: b@example.com", HiddenCharacter),
        ("a\nb@example.com", HiddenCharacter),
        ("a\0b@example.com", HiddenCharacter),
        ("a\u{7f}b@example.com", HiddenCharacter),
        ("a b@example.com", HiddenCharacter),
        ("a\u{3000}b@example.com", HiddenCharacter),
        ("a\u{202e}b@example.com", HiddenCharacter),
        ("a\u{200b}b@example.com", HiddenCharacter),
        ("alex@exam\u{ad}ple.com", HiddenCharacter),
        ("alex@exam\u{200d}ple.com", HiddenCharacter),
        ("\"alex\"@example.com", LocalPart),
        ("alex(comment)@example.com", LocalPart),
        ("<alex@example.com", LocalPart),
        ("a,b@example.com", LocalPart),
        ("a;b@example.com", LocalPart),
        ("a:b@example.com", LocalPart),
        ("a\\b@example.com", LocalPart),
        ("user%host@example.com", LocalPart),
        ("host!user@example.com", LocalPart),
        ("=?utf-8?q?alex?=@example.com", LocalPart),
        (".alex@example.com", LocalPart),
        ("alex.@example.com", LocalPart),
        ("a..b@example.com", LocalPart),
        ("\u{301}a@example.com", LocalPart),
        ("a\u{ff20}b@example.com", LocalPart),
        ("a\u{201c}b@example.com", LocalPart),
        ("@example.com", LocalPart),
        ("alex@", Domain),
        ("alex@.", Domain),
        ("alex@example", Domain),
        ("alex@example..com", Domain),
        ("alex@example.com..", Domain),
        ("alex@.example.com", Domain),
        ("alex@-example.com", Domain),
        ("alex@example-.com", Domain),
        ("alex@ex_ample.com", Domain),
        ("alex@example.com,b.example", Domain),
        ("alex@example.com>", Domain),
        ("alex@[192.0.2.1]", Domain),
        ("alex@[IPv6:2001:db8::1]", Domain),
        ("alex@192.0.2.1", Domain),
        ("alex@192.0.2.0x1", Domain),
        ("alex@xn--a.example", Domain),
        ("alex@2130706433", Domain),
    ];
    for (typed, expected) in table {
        assert_eq!(Email::parse(typed), Err(expected), "{typed:?}");
    }
    let long = format!("{}@example.com", "a".repeat(65));
    assert_eq!(Email::parse(&long), Err(TooLong));
    let long = format!("a@{}.com", "b".repeat(64));
    assert_eq!(Email::parse(&long), Err(Domain));
}

#[test]
fn the_length_limit_counts_the_a_labels() {
    let label = "b".repeat(49);
    let address = |tail: usize| format!("{}@{label}.{label}.{label}.{}", "a".repeat(53), "c".repeat(tail));
    assert_eq!(address(50).len(), 254);
    assert!(Email::parse(&address(50)).is_ok());
    assert_eq!(Email::parse(&address(51)), Err(EmailProblem::TooLong));
    let growing = format!("{}@{label}.{label}.{label}.{}", "a".repeat(60), "é".repeat(20));
    assert!(growing.len() <= MAX_BYTES);
    assert!(Email::parse(&growing).is_ok());
}

#[test]
fn an_address_that_looks_the_same_is_not_the_same() {
    let canonical = |typed: &str| Email::parse(typed).unwrap().canonical().to_owned();
    assert_ne!(canonical("admin@example.com"), canonical("\u{430}dmin@example.com"));
    assert_ne!(canonical("i@example.com"), canonical("\u{131}@example.com"));
    assert_ne!(canonical("s@example.com"), canonical("\u{17f}@example.com"));
    assert_ne!(canonical("alex@example.com"), canonical("a.lex@example.com"));
    assert_eq!(canonical("\u{212a}im@example.com"), canonical("kim@example.com"));
    assert_eq!(Email::parse("\u{212a}im@example.com").unwrap().typed(), "Kim@example.com");
}

#[test]
fn warnings_for_administrators() {
    let suspicious = [
        "\u{430}dmin@example.com",
        "p\u{430}ypal",
        "\u{441}\u{43e}\u{441}\u{43e}@example.com",
        "alex@xn--80ak6aa92e.com",
        "Al\u{200b}ex",
        "gnp.\u{202e}exe",
        "\u{ff41}dmin@example.com",
        "G\u{3bf}ogle",
        "Harbour Phys\u{456}o",
        "\u{418}\u{432}\u{430}n",
    ];
    for text in suspicious {
        assert!(looks_mixed(text), "{text:?}");
    }
    let plain = [
        "alex@example.com",
        "Alex O\u{2019}Brien-Smith",
        "José Núñez",
        "Kırım Işık",
        "Иван Петров",
        "Иван Smith",
        "Νίκος",
        "山田太郎",
        "東京タワー",
        "김철수",
        "محمد علی",
        "alex@bücher.example",
        "Zoe\u{308}",
        "",
    ];
    for text in plain {
        assert!(!looks_mixed(text), "{text:?}");
    }
}

#[test]
fn the_hint_shows_one_letter() {
    let masked = |typed: &str| Email::parse(typed).unwrap().masked();
    assert_eq!(masked("Morgan@Example.com"), "m•••@example.com");
    assert_eq!(masked("x@example.com"), "x•••@example.com");
    assert_eq!(masked("élodie@bücher.example"), "é•••@xn--bcher-kva.example");
}

#[test]
fn addresses_are_read_in_their_own_script_where_it_is_safe() {
    for (stored, read) in [
        ("ü@xn--exmple-cua.com", "ü@exämple.com"),
        ("alex@xn--bcher-kva.example", "alex@bücher.example"),
        ("alex@xn--r8jz45g.jp", "alex@例え.jp"),
        ("alex@example.com", "alex@example.com"),
        ("xn--a@example.com", "xn--a@example.com"),
        // All Cyrillic, and like a name in Latin letters.
        ("alex@xn--80ak6aa92e.com", "alex@xn--80ak6aa92e.com"),
    ] {
        assert_eq!(readable(stored), read);
        assert_eq!(Email::parse(read).unwrap().typed(), stored, "and typed so it is the same");
    }
}
