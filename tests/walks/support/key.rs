//! The key of a recognised browser, as `device.js` keeps and uses it.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use portico::platform::world::{RealWorld, random};

use super::browser::Browser;

pub struct DeviceKey(SigningKey);

impl DeviceKey {
    pub fn new() -> DeviceKey {
        DeviceKey(SigningKey::from_slice(&random::<32>(&RealWorld)).unwrap())
    }

    /// SPKI, base64url.
    pub fn open(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.verifying_key().to_public_key_der().unwrap().as_bytes())
    }

    /// Raw r‖s over the page's challenge at that host, base64url.
    pub fn sign(&self, host: &str, challenge: &str) -> String {
        let signature: Signature = self.0.sign(format!("portico-device\n{host}\n{challenge}").as_bytes());
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    }
}

/// The sign-in form sent as the script sends it: key and signature filled in.
pub async fn log_in_with_key(browser: &mut Browser, key: &DeviceKey, who: (&str, &str), keep: bool) {
    browser.open("/sign-in").await;
    let signature = key.sign(&browser.host.clone(), &browser.hidden("device_challenge"));
    let open = key.open();
    let mut fields = vec![
        ("email", who.0),
        ("password", who.1),
        ("device_key", open.as_str()),
        ("device_signature", signature.as_str()),
    ];
    if keep {
        fields.push(("keep", "1"));
    }
    browser.submit(&fields).await;
}
