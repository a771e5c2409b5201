//! Who reports to the operator: a signature over id, time and body with a secret that both know, in the form that many
//! services send already (Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`). Pure.

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the sender's clock and ours may be apart, in seconds: a call that somebody kept is refused after that.
pub const MOST_APART: i64 = 300;
/// Signatures in one header; a sender that changes its secret sends two.
const MOST_SIGNATURES: usize = 8;
const MOST_ID: usize = 200;

/// Whether this body was signed with the secret, within five minutes of now.
pub fn is_signed(secret: &str, headers: &HeaderMap, body: &[u8], now: i64) -> bool {
    let (Some(id), Some(at), Some(given)) =
        (one(headers, "webhook-id"), one(headers, "webhook-timestamp"), one(headers, "webhook-signature"))
    else {
        return false;
    };
    let in_time = at.parse::<i64>().is_ok_and(|at| now.checked_sub(at).is_some_and(|apart| apart.abs() <= MOST_APART));
    if !in_time || id.is_empty() || id.len() > MOST_ID {
        return false;
    }
    let signatures = given.split(' ').take(MOST_SIGNATURES).filter_map(|one| one.strip_prefix("v1,"));
    signatures
        .filter_map(|text| STANDARD.decode(text).ok())
        .any(|bytes| mac(secret, id, at, body).is_some_and(|mac| mac.verify_slice(&bytes).is_ok()))
}

/// The header's value for a body, as a sender makes it; `None` when the secret is none.
pub fn sign(secret: &str, id: &str, at: i64, body: &[u8]) -> Option<String> {
    let mac = mac(secret, id, &at.to_string(), body)?;
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn mac(secret: &str, id: &str, at: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// The header that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    only.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn headers(id: &str, at: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", signature)] {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    /// The example of the specification's libraries.
    #[test]
    fn the_published_example_is_signed() {
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(sign(SECRET, id, at, body).as_deref(), Some(signature));
        let given = headers(id, "1614265330", signature);
        assert!(is_signed(SECRET, &given, body, at + MOST_APART) && is_signed(SECRET, &given, body, at - MOST_APART));
        assert!(!is_signed(SECRET, &given, body, at + MOST_APART + 1) && !is_signed(SECRET, &given, body, at - 301));
        assert!(!is_signed(SECRET, &given, br#"{"test": 2432232315}"#, at));
        assert!(!is_signed(SECRET, &headers("msg_other", "1614265330", signature), body, at));
        assert!(!is_signed(SECRET, &headers(id, "1614265331", signature), body, at));
        assert!(!is_signed("whsec_c29tZXRoaW5nIGVsc2UgYWx0b2dldGhlcg==", &given, body, at));
    }

    #[test]
    fn a_new_and_an_old_secret_can_sign_at_once() {
        let two = format!("v1,AAAA v2,x {} ", sign(SECRET, "a", 100, b"x").unwrap());
        assert!(is_signed(SECRET, &headers("a", "100", &two), b"x", 100));
        for bad in ["", "v1,", "v1", "g0hM9SsE", "v1,not base64"] {
            assert!(!is_signed(SECRET, &headers("a", "100", bad), b"x", 100), "{bad}");
        }
        for at in ["", "now", "9223372036854775807", "-9223372036854775808", "1e2"] {
            assert!(!is_signed(SECRET, &headers("a", at, &two), b"x", 100), "{at}");
        }
        let mut twice = headers("a", "100", &two);
        twice.append("webhook-timestamp", "100".parse().unwrap());
        assert!(!is_signed(SECRET, &twice, b"x", 100));
    }
}
