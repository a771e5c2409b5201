//! Sealing, rotation and key files, right and wrong.

use super::*;

fn bytes(start: u8) -> [u8; KEY_BYTES] {
    std::array::from_fn(|i| start.wrapping_add((i as u8).wrapping_mul(37)) | ((i as u8 & 1) << 7))
}

fn ring() -> Keyring {
    Keyring::generate("2026a", bytes(200)).unwrap()
}

#[test]
fn what_is_sealed_opens_with_the_same_label_and_place() {
    let sealed = ring().seal("totp", &["practice-1", "person-1"], b"secret", [7; 24]).unwrap();
    assert!(sealed.starts_with("v1.2026a."));
    assert_eq!(*ring().open("totp", &["practice-1", "person-1"], &sealed).unwrap(), b"secret");
}

#[test]
fn swapped_rows_other_labels_and_moved_borders_do_not_open() {
    let sealed = ring().seal("totp", &["ab", "c"], b"secret", [7; 24]).unwrap();
    for (label, aad) in
        [("totp", vec!["a", "bc"]), ("totp", vec!["ab"]), ("mail", vec!["ab", "c"]), ("totp", vec!["abc"])]
    {
        assert_eq!(ring().open(label, &aad, &sealed), Err(SealProblem::Altered), "{label} {aad:?}");
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let sealed = ring().seal("totp", &["a"], b"secret", [7; 24]).unwrap();
    let (head, body) = sealed.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(body).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(flipped));
        assert_eq!(ring().open("totp", &["a"], &text), Err(SealProblem::Altered), "bit {bit}");
    }
}

#[test]
fn an_unknown_key_and_a_wrong_text_are_their_own_errors() {
    let sealed = ring().seal("totp", &[], b"secret", [7; 24]).unwrap();
    let other = Keyring::generate("other", bytes(9)).unwrap();
    assert_eq!(other.open("totp", &[], &sealed), Err(SealProblem::UnknownKey("2026a".into())));
    for text in ["", "v1", "v1.a", "v2.2026a.AAAA", "v1.2026a.!", "v1.2026a.AAAA", "v1..AAAA"] {
        assert_eq!(ring().open("totp", &[], text), Err(SealProblem::Malformed), "{text}");
    }
}

#[test]
fn after_a_rotation_old_texts_open_and_say_that_they_are_old() {
    let mut ring = ring();
    let old = ring.seal("totp", &[], b"secret", [7; 24]).unwrap();
    assert!(!ring.needs_rotation(&old));
    ring.add_new("2027a", bytes(3)).unwrap();
    assert_eq!(ring.current(), "2027a");
    assert!(ring.needs_rotation(&old));
    assert_eq!(*ring.open("totp", &[], &old).unwrap(), b"secret");
    assert!(!ring.needs_rotation(&ring.seal("totp", &[], b"secret", [8; 24]).unwrap()));
    assert!(ring.add_new("2027a", bytes(5)).is_err());
}

#[test]
fn derived_keys_differ_by_key_label_and_use() {
    let mut ring = ring();
    ring.add_new("b", bytes(3)).unwrap();
    let one = ring.derive("b", "cookies").unwrap();
    assert_eq!(*one, *ring.derive("b", "cookies").unwrap());
    assert_ne!(*one, *ring.derive("b", "cookie").unwrap());
    assert_ne!(*one, *ring.derive("2026a", "cookies").unwrap());
    assert_ne!(*one, *expand(ring.get("b").unwrap(), "seal", "cookies"));
    assert!(ring.derive("c", "cookies").is_none());
}

#[test]
fn wrong_key_files_are_named_by_line() {
    let good = format!("a:{}", STANDARD.encode(bytes(1)));
    for name in ["K-2026", "k_1", "K1", "k-1", "123456789", ""] {
        let text = good.replacen('a', name, 1);
        assert_eq!(Keyring::parse(&text).unwrap_err().line, 1, "{name}: no pepper is called so");
    }
    assert!(Keyring::parse(&good.replacen('a', "2026k1", 1)).is_ok());
    let cases = [
        ("".to_owned(), 1),
        ("# only a remark".to_owned(), 1),
        (format!("{good}\n{good}"), 2),
        (format!("# head\n{good}\nb:{}", STANDARD.encode([1u8, 200, 3])), 3),
        (format!("b:{}", STANDARD.encode([200u8; 33])), 1),
        (format!("b:{}", STANDARD.encode([200u8; 32])), 1),
        (format!("b:{}", STANDARD.encode(b"this-is-an-example-key-change-it")), 1),
        (format!("b:{}", STANDARD.encode(std::array::from_fn::<u8, 32, _>(|i| 200 + i as u8))), 1),
        ("b:%%%".to_owned(), 1),
        (format!("no spaces:{}", STANDARD.encode(bytes(1))), 1),
        ("nothing".to_owned(), 1),
    ];
    for (text, line) in cases {
        assert_eq!(Keyring::parse(&text).map(|_| ()).unwrap_err().line, line, "{text}");
    }
    assert!(Keyring::parse(&good).is_ok());
}

#[test]
fn a_rewritten_file_reads_back_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    std::fs::write(&path, "old").unwrap();
    let mut ring = ring();
    ring.add_new("b", bytes(3)).unwrap();
    ring.rewrite(&path).unwrap();
    let back = Keyring::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(back.ids().collect::<Vec<_>>(), ["b", "2026a"]);
    assert_eq!(back.get("b"), ring.get("b"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn debug_output_holds_names_only() {
    assert_eq!(format!("{:?}", ring()), "[\"2026a\"]");
}
