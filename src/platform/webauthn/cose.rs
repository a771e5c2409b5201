//! Public keys as authenticators write them (COSE, RFC 9052 and 9053) and the signatures made with them.

use p256::ecdsa::VerifyingKey;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::Refusal;
use super::cbor::{Reader, Value};

const KTY: i64 = 1;
const ALG: i64 = 3;
/// Curve; for RSA the modulus.
const FIRST: i64 = -1;
/// X; for RSA the exponent.
const SECOND: i64 = -2;
const THIRD: i64 = -3;

/// A key of one of the algorithms that are offered, whole and of the right kind.
pub(super) enum Key<'a> {
    /// P-256, uncompressed point.
    Es256([u8; 65]),
    Ed25519(&'a [u8]),
    /// Modulus and exponent, big endian; 2048 to 8192 bits.
    Rs256 {
        n: &'a [u8],
        e: &'a [u8],
    },
}

impl<'a> Key<'a> {
    /// Reads a key from the front; answers what follows it.
    ///
    /// # Errors
    /// [`Refusal::Algorithm`] for one that is not offered, [`Refusal::Key`] for one that does not fit its algorithm.
    pub fn read(bytes: &'a [u8]) -> Result<(Key<'a>, &'a [u8]), Refusal> {
        let mut reader = Reader::new(bytes);
        let entries = reader.map()?;
        let at = |label| entries.iter().find(|(key, _)| *key == Value::Int(label)).map(|(_, value)| *value);
        let number = |label| if let Some(Value::Int(number)) = at(label) { Some(number) } else { None };
        let octets = |label| if let Some(Value::Bytes(octets)) = at(label) { Some(octets) } else { None };
        let key = match (number(ALG).ok_or(Refusal::Key)?, number(KTY).ok_or(Refusal::Key)?) {
            (-7, 2) if number(FIRST) == Some(1) => p256(octets(SECOND), octets(THIRD)),
            (-8, 1) if number(FIRST) == Some(6) => octets(SECOND).filter(|octets| octets.len() == 32).map(Key::Ed25519),
            (-257, 3) => rsa(octets(FIRST), octets(SECOND)),
            (-7 | -8 | -257, _) => None,
            _ => return Err(Refusal::Algorithm),
        };
        Ok((key.ok_or(Refusal::Key)?, reader.rest))
    }

    /// The number of its algorithm in COSE's registry.
    pub const fn algorithm(&self) -> i64 {
        match self {
            Key::Es256(_) => -7,
            Key::Ed25519(_) => -8,
            Key::Rs256 { .. } => -257,
        }
    }

    /// Whether the signature over the message is this key's. ECDSA in DER, as WebAuthn has it (6.5.5).
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Key::Es256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Key::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Key::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        }
        .is_ok()
    }
}

fn p256<'a>(x: Option<&[u8]>, y: Option<&[u8]>) -> Option<Key<'a>> {
    let (x, y) = (x?, y?);
    let mut point = [4; 65];
    point.get_mut(1..33).filter(|half| half.len() == x.len())?.copy_from_slice(x);
    point.get_mut(33..).filter(|half| half.len() == y.len())?.copy_from_slice(y);
    // A point that is not on the curve is refused now and not at the first sign-in.
    VerifyingKey::from_sec1_bytes(&point).ok()?;
    Some(Key::Es256(point))
}

fn rsa<'a>(n: Option<&'a [u8]>, e: Option<&'a [u8]>) -> Option<Key<'a>> {
    let (n, e) = (n?, e?);
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let whole = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
    let fits = (256..=1024).contains(&n.len()) && (1..=4).contains(&e.len()) && e != [1];
    (fits && odd(n) && odd(e) && whole(n) && whole(e)).then_some(Key::Rs256 { n, e })
}
