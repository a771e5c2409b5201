//! What a link tells the program it leads to: which of its things, for whom, from when until when; signed (RFC 7515, ES256)
//! and good for a minute. The key is made of the server's own, another one for each practice; anybody may know its public half.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::guest_link::GuestLink;
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;
use crate::platform::web::Visit;

/// How long a statement is good for, in seconds: the way from one page to the next.
pub const SECONDS: i64 = 60;
/// A type of its own, so that no other token of anybody is taken for one (RFC 8725, 3.11).
const TYPE: &str = "guest+jwt";

/// Signs for one link, now.
///
/// # Errors
/// A fault when there is no key.
pub fn sign(visit: &Visit, link: &GuestLink) -> Result<String> {
    let practice = visit.practice()?;
    let key = key_of(&visit.server, &practice.id)?;
    let header = json!({ "alg": "ES256", "typ": TYPE, "kid": name_of(&key) });
    let claims = json!({
        "iss": visit.server.origin_of(&practice.host),
        "aud": origin_of(&link.return_to),
        "sub": link.person_id,
        "reference": link.client_reference,
        "resource": link.resource,
        "link": link.id,
        "from": link.from_at,
        "until": link.until_at,
        "jti": visit.new_id(),
        "iat": visit.now,
        "exp": visit.now + SECONDS,
    });
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature: Signature = key.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature.to_bytes())))
}

/// The keys that statements of a practice are checked with, as a set (RFC 7517, 5).
///
/// # Errors
/// As [`sign`].
pub fn key_set(server: &Server, practice: &str) -> Result<Value> {
    let key = key_of(server, practice)?;
    let mut shown = public_half(&key);
    shown["kid"] = name_of(&key).into();
    shown["use"] = "sig".into();
    shown["alg"] = "ES256".into();
    Ok(json!({ "keys": [shown] }))
}

/// Scheme, host and port of an address; whoever checks a statement asks whether it is its own.
pub fn origin_of(address: &str) -> String {
    address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/").split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// One in four billion derived values is no key of the curve; then the next is taken.
fn key_of(server: &Server, practice: &str) -> Result<SigningKey> {
    let made =
        |turn: u8| SigningKey::from_slice(&server.stable_key(&format!("guest statements {practice} {turn}"))).ok();
    (0..4).find_map(made).ok_or_else(|| Error::Fault("no key for statements".into()))
}

/// The members that its name is made of.
fn public_half(key: &SigningKey) -> Value {
    let point = key.verifying_key().to_sec1_point(false);
    let half = |range: std::ops::Range<usize>| BASE64URL_NOPAD.encode(&point.as_bytes()[range]);
    json!({ "crv": "P-256", "kty": "EC", "x": half(1..33), "y": half(33..65) })
}

/// The thumbprint of RFC 7638: the members in the order of their names, without white space.
fn name_of(key: &SigningKey) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(public_half(key).to_string().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_before_the_path() {
        for (address, origin) in [
            ("https://visits.example/room?x=1", "https://visits.example"),
            ("https://visits.example:8443", "https://visits.example:8443"),
            ("https://visits.example?x=/y", "https://visits.example"),
        ] {
            assert_eq!(origin_of(address), origin);
        }
    }

    /// RFC 7638, 3: the members of an EC key in lexicographic order, nothing else.
    #[test]
    fn a_thumbprint_is_made_of_four_members() {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let text = public_half(&key).to_string();
        assert!(text.starts_with("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"") && !text.contains(' '), "{text}");
        assert_eq!(name_of(&key).len(), 43);
    }
}
