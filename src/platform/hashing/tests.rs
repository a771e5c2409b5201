use super::*;

pub(super) const PASSWORD: &str = "correct horse battery staple";

/// Made by other implementations: argon2-cffi, hashlib and the bcrypt of pyca, all of `PASSWORD`.
const FOREIGN: [(&str, Scheme); 9] = [
    (
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ISO7kkvFzh19GM8qB7patN3C3Y9HHsjlVTfEZ9T600Y",
        Scheme::Argon2id,
    ),
    (
        "$argon2i$v=19$m=4096,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$QpWjYiGdfa0GkzCP7SyjQq7iKdYeo06S2OZB5In/XRE",
        Scheme::Argon2i,
    ),
    ("$scrypt$ln=14,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$tjK03tRvEjqCcPwmgtddMkgjlXrk8U/b9rIvfeBMKCc", Scheme::Scrypt),
    ("$pbkdf2-sha256$i=10000$MDEyMzQ1Njc4OWFiY2RlZg$VqOEAUrTaAjMD6sh91JvmGtbD+YNGnXNMbfIDxgj094", Scheme::Pbkdf2Sha256),
    (
        "$pbkdf2-sha512$i=10000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$65k18lcTeFdukscQY3D3rRdwY5aW4wdAVnY52d5rJSdq3bBmC871USjyB75nPDYhNt2RBZGJYOqmA3AxJjx2Gg",
        Scheme::Pbkdf2Sha512,
    ),
    ("pbkdf2_sha256$10000$seasalt12345$4PLopnlcRKkIJ4y6aRIzdzyild2lfXxTHlGPheb3A3U=", Scheme::Pbkdf2Sha256),
    ("$2b$06$abcdefghijklmnopqrstuu10cNU3mXRamSUZYs8I8M/Szu..qXq5K", Scheme::Bcrypt),
    ("$2a$06$abcdefghijklmnopqrstuu10cNU3mXRamSUZYs8I8M/Szu..qXq5K", Scheme::Bcrypt),
    ("$2y$06$abcdefghijklmnopqrstuu10cNU3mXRamSUZYs8I8M/Szu..qXq5K", Scheme::Bcrypt),
];

/// bcrypt of 72 times "a".
const BCRYPT_72: &str = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
/// bcrypt of "Café au lait" in NFD.
const BCRYPT_NFD: &str = "$2b$04$abcdefghijklmnopqrstuu6lWEWSei7zAYfBnPouHNTFYirSZEMq2";

pub(super) const SMALL: HashParams = HashParams { memory_kib: 64, passes: 1, lanes: 1 };

fn pepper(id: &str, byte: u8) -> Pepper {
    Pepper::new(id, [byte; 32]).unwrap()
}

pub(super) fn hasher(params: HashParams) -> Hasher {
    Hasher::new(params, pepper("k1", 1), Vec::new()).unwrap()
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn verify(hasher: &Hasher, stored: &str, password: &str) -> Result<Verdict, HashProblem> {
    hasher.verify(stored, &secret(password), &mut Memory::new(hasher.params()).unwrap())
}

fn hash(hasher: &Hasher, password: &str) -> String {
    let mut memory = Memory::new(hasher.params()).unwrap();
    hasher.hash(&secret(password), [7; 16], &mut memory).unwrap()
}

const RIGHT: Result<Verdict, HashProblem> = Ok(Verdict::Right { upgrade: false });
const OLD: Result<Verdict, HashProblem> = Ok(Verdict::Right { upgrade: true });
const WRONG: Result<Verdict, HashProblem> = Ok(Verdict::Wrong);

#[test]
fn own_hashes_open_with_their_password_only() {
    let hasher = hasher(HashParams::default());
    let stored = hash(&hasher, PASSWORD);
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=k1$"), "{stored}");
    assert_eq!(verify(&hasher, &stored, PASSWORD), RIGHT);
    for other in ["correct horse battery stapl", "correct horse battery staple ", "", "Correct horse battery staple"] {
        assert_eq!(verify(&hasher, &stored, other), WRONG, "{other:?}");
    }
    assert_eq!(check_imported(&stored), Err(HashProblem::UnknownPepper));
}

/// AC-010.
#[test]
fn every_byte_counts_and_only_the_form_of_unicode_does_not() {
    let hasher = hasher(SMALL);
    let long = "a".repeat(73);
    let stored = hash(&hasher, &long);
    assert_eq!(verify(&hasher, &stored, &long), RIGHT);
    assert_eq!(verify(&hasher, &stored, &long[..72]), WRONG);
    assert_eq!(verify(&hasher, &stored, &(long[..72].to_owned() + "b")), WRONG);
    let stored = hash(&hasher, "Cafe\u{301} au lait");
    assert_eq!(verify(&hasher, &stored, "Caf\u{e9} au lait"), RIGHT);
    assert_eq!(verify(&hasher, &stored, "Cafe\u{301} au lait"), RIGHT);
    assert_eq!(verify(&hasher, &stored, "Cafe au lait"), WRONG);
    // NFC, not NFKC: a ligature is not its letters.
    let stored = hash(&hasher, "\u{fb01}sh");
    assert_eq!(verify(&hasher, &stored, "fish"), WRONG);
    for text in [" padded", "padded ", "padded"] {
        let stored = hash(&hasher, text);
        let opened = [" padded", "padded ", "padded"].map(|t| verify(&hasher, &stored, t) == RIGHT);
        assert_eq!(opened.iter().filter(|opened| **opened).count(), 1, "{text:?}");
    }
}

#[test]
fn passwords_over_the_bound_are_wrong_and_never_hashed() {
    let hasher = hasher(SMALL);
    let stored = hash(&hasher, &"a".repeat(1024));
    assert_eq!(verify(&hasher, &stored, &"a".repeat(1024)), RIGHT);
    assert_eq!(verify(&hasher, &stored, &"a".repeat(1025)), WRONG);
    let made = hasher.hash(&secret(&"a".repeat(1025)), [7; 16], &mut Memory::new(SMALL).unwrap());
    assert_eq!(made, Err(HashProblem::PasswordTooLong));
}

#[test]
fn hashes_from_elsewhere_open_and_ask_for_an_upgrade() {
    let hasher = hasher(SMALL);
    for (stored, scheme) in FOREIGN {
        assert_eq!(check_imported(stored), Ok(scheme), "{stored}");
        assert_eq!(verify(&hasher, stored, PASSWORD), OLD, "{stored}");
        assert_eq!(verify(&hasher, stored, "correct horse battery stable"), WRONG, "{stored}");
        assert_eq!(verify(&hasher, stored, ""), WRONG, "{stored}");
    }
}

#[test]
fn bcrypt_sees_72_bytes_until_the_upgrade() {
    let hasher = hasher(SMALL);
    assert_eq!(verify(&hasher, BCRYPT_72, &"a".repeat(72)), OLD);
    assert_eq!(verify(&hasher, BCRYPT_72, &"a".repeat(73)), OLD);
    assert_eq!(verify(&hasher, BCRYPT_72, &"a".repeat(71)), WRONG);
    let upgraded = hash(&hasher, &"a".repeat(73));
    assert_eq!(verify(&hasher, &upgraded, &"a".repeat(72)), WRONG);
}

#[test]
fn foreign_hashes_compare_the_bytes_as_typed_then_nfc() {
    let hasher = hasher(SMALL);
    assert_eq!(verify(&hasher, BCRYPT_NFD, "Cafe\u{301} au lait"), OLD);
    assert_eq!(verify(&hasher, BCRYPT_NFD, "Caf\u{e9} au lait"), WRONG);
    let nfc = bcrypt::hash_with_salt("Caf\u{e9} au lait", 4, [3; 16]).unwrap().to_string();
    assert_eq!(verify(&hasher, &nfc, "Cafe\u{301} au lait"), OLD);
}

/// AC-027's twin: a stolen table of hashes alone opens nothing.
#[test]
fn a_dump_without_the_pepper_verifies_nothing() {
    let stored = hash(&hasher(SMALL), PASSWORD);
    let thief = Hasher::new(SMALL, pepper("k1", 2), Vec::new()).unwrap();
    assert_eq!(verify(&thief, &stored, PASSWORD), WRONG);
    assert_eq!(verify(&thief, &stored.replace(",keyid=k1", ""), PASSWORD), WRONG);
    let other = Hasher::new(SMALL, pepper("k2", 1), Vec::new()).unwrap();
    assert_eq!(verify(&other, &stored, PASSWORD), Err(HashProblem::UnknownPepper));
}

#[test]
fn whatever_is_not_current_is_upgraded() {
    let old = hash(&hasher(SMALL), PASSWORD);
    let rotated = Hasher::new(SMALL, pepper("k2", 9), vec![pepper("k1", 1)]).unwrap();
    assert_eq!(verify(&rotated, &old, PASSWORD), OLD);
    assert_eq!(verify(&rotated, &hash(&rotated, PASSWORD), PASSWORD), RIGHT);
    for params in
        [HashParams { memory_kib: 128, ..SMALL }, HashParams { passes: 2, ..SMALL }, HashParams { lanes: 2, ..SMALL }]
    {
        assert_eq!(verify(&hasher(params), &old, PASSWORD), OLD, "{params:?}");
        assert_eq!(verify(&hasher(params), &old, "other"), WRONG, "{params:?}");
    }
    assert!(Hasher::new(SMALL, pepper("k1", 9), vec![pepper("k1", 1)]).is_err());
}

#[test]
fn malformed_and_costly_hashes_are_problems_not_wrong_passwords() {
    use HashProblem::{Malformed, TooCostly, UnknownScheme};
    let (salt, out) = ("c29tZXNhbHRzb21lc2FsdA", "ISO7kkvFzh19GM8qB7patN3C3Y9HHsjlVTfEZ9T600Y");
    let argon2 = |params: &str| format!("$argon2id$v=19${params}${salt}${out}");
    let scrypt = |params: &str| format!("$scrypt${params}${salt}${out}");
    let table = [
        (String::new(), UnknownScheme),
        ("password".to_owned(), UnknownScheme),
        (format!("$argon2d$v=19$m=64,t=1,p=1${salt}${out}"), UnknownScheme),
        (FOREIGN[6].0.replace("$2b$", "$2x$"), UnknownScheme),
        (argon2("m=64,t=1"), Malformed("p")),
        (argon2("m=64,t=1,p=1,x=1"), Malformed("parameters")),
        (argon2("m=64,m=64,t=1,p=1"), Malformed("parameters")),
        (argon2("m=64,t=1,p=1,keyid=NO"), Malformed("keyid")),
        (argon2("m=7,t=1,p=1"), Malformed("argon2 parameters")),
        (argon2("m=64,t=0,p=1"), Malformed("argon2 parameters")),
        (argon2("m=+64,t=1,p=1"), Malformed("m")),
        (argon2("m=4294967295,t=1,p=1"), TooCostly("argon2 memory")),
        (argon2("m=9999999999,t=1,p=1"), TooCostly("m")),
        (argon2("m=64,t=4294967295,p=1"), TooCostly("argon2 passes")),
        (argon2("m=4096,t=1,p=64"), TooCostly("argon2 lanes")),
        (argon2("m=64,t=1,p=1").replace(out, "c2hvcnQ"), Malformed("hash")),
        (argon2("m=64,t=1,p=1").replace(salt, "!"), Malformed("salt")),
        (argon2("m=64,t=1,p=1").replace("v=19", "v=20"), Malformed("version")),
        (argon2("m=64,t=1,p=1") + "$more", Malformed("parts")),
        (scrypt("ln=30,r=8,p=1"), TooCostly("scrypt")),
        (scrypt("ln=64,r=8,p=1"), TooCostly("scrypt")),
        (scrypt("ln=14,r=4294967295,p=4294967295"), TooCostly("scrypt")),
        (scrypt("ln=14,r=0,p=1"), Malformed("scrypt parameters")),
        (format!("$pbkdf2-sha256$i=4000000000${salt}${out}"), TooCostly("rounds")),
        (format!("$pbkdf2-sha256$i=0${salt}${out}"), Malformed("rounds")),
        (format!("$pbkdf2-sha256$i=1000,l=31${salt}${out}"), Malformed("l")),
        ("pbkdf2_sha256$9000000$seasalt$4PLopnlcRKkIJ4y6aRIzdzyild2lfXxTHlGPheb3A3U=".to_owned(), TooCostly("rounds")),
        ("pbkdf2_sha256$1000$seasalt".to_owned(), Malformed("parts")),
        (FOREIGN[6].0.replace("$06$", "$31$"), TooCostly("bcrypt cost")),
        (FOREIGN[6].0.replace("$06$", "$03$"), Malformed("bcrypt cost")),
        (FOREIGN[6].0[..59].to_owned(), Malformed("bcrypt length")),
        (FOREIGN[6].0.replace("abc", "ab="), Malformed("salt")),
        (argon2(&"m=64,".repeat(200)), Malformed("length or characters")),
        ("$2b$06$ébcdefghijklmnopqrstuu".to_owned(), Malformed("length or characters")),
    ];
    let hasher = hasher(SMALL);
    for (text, problem) in table {
        assert_eq!(check_imported(&text), Err(problem), "{text}");
        assert_eq!(verify(&hasher, &text, PASSWORD), Err(problem), "{text}");
    }
    let huge = HashParams { memory_kib: 1 << 20, passes: 1, lanes: 1 };
    assert!(Hasher::new(huge, pepper("k1", 1), Vec::new()).is_err());
}

#[test]
fn secrets_do_not_print() {
    let pepper = Pepper::new("k1", *b"0123456789abcdef0123456789abcdef").unwrap();
    let printed = format!("{:?} {:?}", secret(PASSWORD), Hasher::new(SMALL, pepper, Vec::new()));
    assert!(!printed.contains("horse") && !printed.contains("48, 49") && !printed.contains("0123"));
    for id in ["", "K1", "a,b", "a$b", "ninechars"] {
        assert!(Pepper::new(id, [0; 32]).is_err(), "{id}");
    }
}

#[test]
fn the_strangers_hash_has_the_current_shape_and_opens_to_nobody() {
    let hasher = hasher(SMALL);
    let (own, dummy) = (hash(&hasher, PASSWORD), hasher.stranger_hash());
    assert_eq!(own.len(), dummy.len());
    assert_eq!(own.split('$').nth(3), dummy.split('$').nth(3));
    assert_eq!(verify(&hasher, &dummy, PASSWORD), WRONG);
}
