//! Secrets that travel: random tokens, their hashes, codes, and keyed hashes of what must not be kept in clear.
//! Password hashing is in `hashing.rs`, sealing at rest in `keyring.rs`.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::world::{World, random};

/// A new bearer secret: 256 bits, base64url (43 characters).
pub fn new_token(world: &dyn World) -> String {
    BASE64URL_NOPAD.encode(&random::<32>(world))
}

/// What is stored of a token: SHA-256 is enough for 256 random bits (ASVS 5.0, 6.5.2).
pub fn hash_token(token: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(token.as_bytes()))
}

/// A code of six digits, uniform over 000000 to 999999: draws above the last full million are thrown away.
pub fn six_digits(world: &dyn World) -> String {
    loop {
        let draw = u32::from_be_bytes(random::<4>(world));
        if draw < 4_294_000_000 {
            return format!("{:06}", draw % 1_000_000);
        }
    }
}

/// Six digits that are the same for the same parts, and told to nobody without the key. What is left over of 64 bits favours
/// none of them by more than one in ten million million.
pub fn six_digits_of(key: &[u8; 32], parts: &[&str]) -> String {
    let draw =
        mac(key, parts).finalize().into_bytes().iter().take(8).fold(0_u64, |draw, byte| draw << 8 | u64::from(*byte));
    format!("{:06}", draw % 1_000_000)
}

/// HMAC-SHA-256 over length-framed parts, base64url: the same parts in another split give another hash.
pub fn keyed_hash(key: &[u8; 32], parts: &[&str]) -> String {
    BASE64URL_NOPAD.encode(&mac(key, parts).finalize().into_bytes())
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
fn mac(key: &[u8; 32], parts: &[&str]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("a key of 32 bytes");
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::world::RealWorld;

    #[test]
    fn parts_are_framed() {
        let key = [7; 32];
        assert_ne!(keyed_hash(&key, &["ab", "c"]), keyed_hash(&key, &["a", "bc"]));
        assert_eq!(keyed_hash(&key, &["ab", "c"]), keyed_hash(&key, &["ab", "c"]));
    }

    #[test]
    fn six_digits_of_the_same_are_the_same() {
        let of = |part: &str| six_digits_of(&[7; 32], &["pin", part]);
        assert_eq!((of("a"), of("a").len()), (of("a"), 6));
        let all: std::collections::BTreeSet<String> = (0..200).map(|n| of(&n.to_string())).collect();
        assert!(all.len() > 195, "{}", all.len());
        assert_ne!(six_digits_of(&[8; 32], &["pin", "a"]), of("a"));
    }

    /// Chi-square over each digit: 9 degrees of freedom pass 62 by chance once in two thousand million times.
    #[test]
    fn six_digits_are_uniform_enough() {
        const CODES: u32 = 100_000;
        let mut counts = [[0_u32; 10]; 6];
        for _ in 0..CODES {
            let code = six_digits(&RealWorld);
            assert_eq!(code.len(), 6);
            for (place, digit) in code.bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }
        let expected = f64::from(CODES) / 10.0;
        for (place, digits) in counts.iter().enumerate() {
            let chi: f64 = digits.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
            assert!(chi < 62.0, "digit {place}: {chi}, {digits:?}");
        }
    }

    #[test]
    fn tokens_are_long_and_unlike() {
        assert_eq!(new_token(&RealWorld).len(), 43);
        assert_ne!(new_token(&RealWorld), new_token(&RealWorld));
    }
}
