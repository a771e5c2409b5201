//! Checks a DKIM signature (RFC 6376, relaxed/relaxed) with ring, written
//! apart from the library that signs.

use std::collections::HashMap;

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};

/// A public key as a domain would publish it.
pub enum PublicKey<'a> {
    /// PKCS#1 `RSAPublicKey`.
    Rsa(&'a [u8]),
    Ed25519(&'a [u8]),
}

/// The signed header names.
///
/// # Errors
/// Says what does not fit.
pub fn verify(mail: &[u8], key: &PublicKey<'_>) -> Result<Vec<String>, String> {
    let text = std::str::from_utf8(mail).map_err(|e| e.to_string())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no body")?;
    let fields = fields(head);
    let (_, raw) = fields.iter().find(|(name, _)| name == "dkim-signature").ok_or("no signature")?;
    let tags = tags(raw);
    if tags["c"] != "relaxed/relaxed" {
        return Err(format!("canonicalization {}", tags["c"]));
    }
    let hash = BASE64.encode(digest(&SHA256, relaxed_body(body).as_bytes()).as_ref());
    if hash != tags["bh"] {
        return Err("the body differs".to_owned());
    }
    let names: Vec<String> = tags["h"].split(':').map(|n| n.trim().to_lowercase()).collect();
    let mut signed = String::new();
    for name in &names {
        if let Some((_, value)) = fields.iter().rev().find(|(n, _)| n == name) {
            signed.push_str(&format!("{name}:{}\r\n", relaxed(value)));
        }
    }
    let unsigned = raw.rsplit_once("b=").ok_or("no b")?.0;
    signed.push_str(&format!("dkim-signature:{}", relaxed(&format!("{unsigned}b="))));
    let signature = BASE64.decode(tags["b"].as_bytes()).map_err(|e| e.to_string())?;
    check(key, &tags["a"], signed.as_bytes(), &signature)?;
    Ok(names)
}

fn check(key: &PublicKey<'_>, named: &str, signed: &[u8], signature: &[u8]) -> Result<(), String> {
    let hashed = digest(&SHA256, signed);
    // RFC 8463 section 3: Ed25519 signs the hash, RSA hashes by itself.
    let (wanted, algorithm, bytes, message): (_, &dyn VerificationAlgorithm, _, _) = match key {
        PublicKey::Rsa(bytes) => ("rsa-sha256", &RSA_PKCS1_2048_8192_SHA256, *bytes, signed),
        PublicKey::Ed25519(bytes) => ("ed25519-sha256", &ED25519, *bytes, hashed.as_ref()),
    };
    if named != wanted {
        return Err(format!("algorithm {named}"));
    }
    UnparsedPublicKey::new(algorithm, bytes)
        .verify(message, signature)
        .map_err(|_| "the signature does not fit".to_owned())
}

fn fields(head: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            fields.last_mut().unwrap().1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').unwrap();
            fields.push((name.trim().to_lowercase(), value.to_owned()));
        }
    }
    fields
}

fn tags(value: &str) -> HashMap<String, String> {
    value
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(k, v)| (k.trim().to_owned(), v.split_whitespace().collect()))
        .collect()
}

fn relaxed(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn relaxed_body(body: &str) -> String {
    let mut out = String::new();
    for line in body.trim_end_matches("\r\n").split("\r\n") {
        let mut last_space = false;
        for c in line.trim_end_matches([' ', '\t']).chars() {
            let space = c == ' ' || c == '\t';
            if !(space && last_space) {
                out.push(if space { ' ' } else { c });
            }
            last_space = space;
        }
        out.push_str("\r\n");
    }
    out
}
