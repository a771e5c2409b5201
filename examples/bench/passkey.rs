//! A passkey in software (WebAuthn L3): its key comes from the person's number, so that the seed and the load know the same.

use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::SigningKey;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use sha2::{Digest, Sha256};

use crate::client::Outcome;

pub struct Signer {
    key: EcdsaKeyPair,
    pub id: String,
    /// The user handle.
    pub user: String,
    /// COSE, base64url, as the server keeps it.
    pub public_key: String,
}

impl Signer {
    pub fn of(person: u64) -> Outcome<Signer> {
        let seed = |what: &str| Sha256::digest(format!("bench {what} {person}"));
        let point = SigningKey::from_slice(&seed("key"))?.verifying_key().to_sec1_point(false);
        let (kind, chance) = (&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        let key = EcdsaKeyPair::from_private_key_and_public_key(kind, &seed("key"), point.as_bytes(), chance)
            .map_err(|error| format!("a key of one's own: {error}"))?;
        let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
        // ES256 (RFC 9053, 2.1): a map of kty 2, alg -7, crv 1, x, y.
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y].concat();
        let (first, second) = (seed("user"), seed("user again"));
        Ok(Signer {
            id: BASE64URL_NOPAD.encode(&seed("id")),
            user: BASE64URL_NOPAD.encode(&[&first[..], &second[..]].concat()),
            public_key: BASE64URL_NOPAD.encode(&cose),
            key,
        })
    }

    /// What a browser posts as `credential`: verified, synced, counting nothing.
    pub fn show(&self, challenge: &str, host: &str, port: u16) -> Outcome<String> {
        let client = format!(
            "{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"http://{host}:{port}\",\"crossOrigin\":false}}"
        );
        // Present, verified, eligible for backup, backed up; a count of nought.
        let data = [&Sha256::digest(host)[..], &[0x1d], &[0; 4]].concat();
        let signature = self.sign(&[&data[..], &Sha256::digest(&client)].concat())?;
        let [client, data, signature] =
            [client.as_bytes(), &data, signature.as_ref()].map(|bytes| BASE64URL_NOPAD.encode(bytes));
        Ok(serde_json::json!({
            "id": self.id, "rawId": self.id, "type": "public-key", "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            "response": { "clientDataJSON": client, "authenticatorData": data, "signature": signature, "userHandle": self.user },
        })
        .to_string())
    }

    fn sign(&self, message: &[u8]) -> Outcome<ring::signature::Signature> {
        Ok(self.key.sign(&SystemRandom::new(), message).map_err(|_| "nothing was signed")?)
    }
}

/// P-256 verifications a second of so many threads, with the library the server has.
pub fn verifications(threads: usize, seconds: f64) -> Outcome<f64> {
    let signer = Signer::of(0)?;
    let message = [7_u8; 101];
    let signature = signer.sign(&message)?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, signer.key.public_key());
    let rates = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| -> Outcome<f64> {
                    let (start, mut made) = (Instant::now(), 0_u32);
                    while start.elapsed() < Duration::from_secs_f64(seconds) {
                        for _ in 0..50 {
                            key.verify(&message, signature.as_ref()).map_err(|_| "not what was signed")?;
                        }
                        made += 50;
                    }
                    Ok(f64::from(made) / start.elapsed().as_secs_f64())
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err("panicked".into()))).collect::<Vec<_>>()
    });
    rates.into_iter().sum()
}
