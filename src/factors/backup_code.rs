//! Backup codes as text: making one, reading what was typed, and the keyed hash that is stored.
//! The set of ten, its counting and its use belong to the feature, not here.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

/// Codes in a set.
pub const CODES: usize = 10;
/// Random bytes one code takes; 65 of the 72 bits are used.
pub const RANDOM_BYTES: usize = 9;

/// Characters of a code, five bits each.
const LENGTH: usize = 13;
/// Crockford's base 32: no I, L, O (read as digits) and no U (makes words).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Keeps these hashes apart from every other use of the same key.
const PURPOSE: &str = "portico backup code 1";

/// One code of 65 bits, `XXXX-XXXX-XXXXX`, from uniformly random bytes.
pub fn make(random: &[u8; RANDOM_BYTES]) -> String {
    let mut bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut code = String::with_capacity(LENGTH + 2);
    for place in 0..LENGTH {
        if place == 4 || place == 8 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[(bits & 31) as usize]));
        bits >>= 5;
    }
    code
}

/// The one spelling (13 characters, no dashes) of what a person typed, or nothing if it cannot be a code.
///
/// White space and dashes anywhere, lower case and full-width letters, and O for 0, I or L for 1 are accepted.
pub fn canonical(typed: &str) -> Option<String> {
    let folded: String =
        typed.nfkc().filter(|c| !c.is_whitespace() && !is_dash(*c)).take(LENGTH + 1).map(unmistaken).collect();
    let right = folded.len() == LENGTH && folded.bytes().all(|b| ALPHABET.contains(&b));
    right.then_some(folded)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn unmistaken(c: char) -> char {
    match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

/// What is stored of a code: HMAC-SHA-256 in lower-case hex under a key that lives outside the database.
///
/// Practice and person are bound in with their lengths before them, so a row moved to another person
/// never matches and no two pairs can run together into the same bytes.
pub fn keyed_hash(key: &[u8; 32], practice: &str, person: &str, canonical: &str) -> String {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in [PURPOSE, practice, person, canonical] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use sha2::Digest;

    use super::*;

    /// Uniform bytes that are the same in every run.
    fn random(index: u32) -> [u8; RANDOM_BYTES] {
        let digest = Sha256::digest(index.to_be_bytes());
        std::array::from_fn(|at| digest[at])
    }

    #[test]
    fn the_format() {
        assert_eq!(make(&[0; 9]), "0000-0000-00000");
        assert_eq!(make(&[255; 9]), "ZZZZ-ZZZZ-ZZZZZ");
        assert_eq!(make(&[0, 0, 0, 0, 0, 0, 0, 0, 33]), "1100-0000-00000");
    }

    #[test]
    fn every_one_of_the_65_bits_counts() {
        let mut seen = HashSet::new();
        for bit in 0..65 {
            let bytes = (1_u128 << bit).to_be_bytes();
            assert!(seen.insert(make(&std::array::from_fn(|at| bytes[7 + at]))), "bit {bit}");
        }
        assert!(!seen.contains("0000-0000-00000"));
    }

    #[test]
    fn ten_thousand_codes_are_distinct_and_uniform() {
        let mut seen = HashSet::new();
        let mut counts = [[0_u32; 32]; LENGTH];
        for index in 0..10_000 {
            let code = canonical(&make(&random(index))).unwrap();
            for (place, byte) in code.bytes().enumerate() {
                counts[place][ALPHABET.iter().position(|b| *b == byte).unwrap()] += 1;
            }
            assert!(seen.insert(code));
        }
        // Chi-squared with 31 degrees of freedom stays under 70 in all but 1 of 10,000 samples.
        for (place, counts) in counts.iter().enumerate() {
            let expected = 10_000.0 / 32.0;
            let chi: f64 = counts.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
            assert!(chi < 70.0, "place {place}: {chi}");
        }
    }

    /// AC-029: the accepted ways to type one code, all read as the same code.
    #[test]
    fn typed_forms() {
        let table = [
            ("01AB-CDEF-GHJKM", Some("01ABCDEFGHJKM")),
            ("01ABCDEFGHJKM", Some("01ABCDEFGHJKM")),
            ("01ab-cdef-ghjkm", Some("01ABCDEFGHJKM")),
            ("  01AB CDEF GHJKM\r\n", Some("01ABCDEFGHJKM")),
            ("0 1 A B C D E F G H J K M", Some("01ABCDEFGHJKM")),
            ("01AB\u{2013}CDEF\u{2212}GHJKM", Some("01ABCDEFGHJKM")),
            ("O1AB-CDEF-GHJKM", Some("01ABCDEFGHJKM")),
            ("oIAB-CDEF-GHJKM", Some("01ABCDEFGHJKM")),
            ("0lab-cdef-ghjkm", Some("01ABCDEFGHJKM")),
            ("0LAB-CDEF-GHJKM", Some("01ABCDEFGHJKM")),
            ("\u{ff10}\u{ff11}\u{ff21}\u{ff42}-CDEF-GHJKM", Some("01ABCDEFGHJKM")),
            ("01AB-CDEF-GHJKU", None),
            ("01AB-CDEF-GHJK", None),
            ("01AB-CDEF-GHJKMN", None),
            ("01AB_CDEF_GHJKM", None),
            ("01\u{410}B-CDEF-GHJKM", None),
            ("01AB-CDEF-GHJK\0", None),
            ("", None),
        ];
        for (typed, expected) in table {
            assert_eq!(canonical(typed).as_deref(), expected, "{typed:?}");
        }
    }

    #[test]
    fn different_codes_never_read_as_the_same() {
        let spelled = canonical(&make(&random(1))).unwrap();
        assert_eq!(canonical(&spelled).unwrap(), spelled);
        for place in 0..LENGTH {
            let mut readings = HashSet::new();
            for letter in ALPHABET {
                let mut typed = spelled.clone().into_bytes();
                typed[place] = *letter;
                readings.insert(canonical(&String::from_utf8(typed).unwrap()).unwrap());
            }
            assert_eq!(readings.len(), 32);
        }
    }

    #[test]
    fn the_hash_binds_key_practice_person_and_code() {
        let base = keyed_hash(&[1; 32], "harbour", "alex", "01ABCDEFGHJKM");
        assert_eq!(base.len(), 64);
        assert_eq!(base, keyed_hash(&[1; 32], "harbour", "alex", "01ABCDEFGHJKM"));
        let others = [
            keyed_hash(&[2; 32], "harbour", "alex", "01ABCDEFGHJKM"),
            keyed_hash(&[1; 32], "thames", "alex", "01ABCDEFGHJKM"),
            keyed_hash(&[1; 32], "harbour", "sam", "01ABCDEFGHJKM"),
            keyed_hash(&[1; 32], "harbour", "alex", "01ABCDEFGHJKN"),
            keyed_hash(&[1; 32], "harboura", "lex", "01ABCDEFGHJKM"),
            keyed_hash(&[1; 32], "harbour", "alex0", "1ABCDEFGHJKM"),
            keyed_hash(&[1; 32], "", "harbouralex", "01ABCDEFGHJKM"),
        ];
        for other in others {
            assert_ne!(base, other);
        }
    }
}
