//! An authenticator for walks: keeps keys, answers the options of a page as a browser with its owner's touch would, and
//! can be made to answer wrongly in one thing at a time.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer as _;
use portico::platform::world::{RealWorld, random};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::browser::Browser;

pub const UP: u8 = 1;
pub const UV: u8 = 4;
pub const BE: u8 = 8;
pub const BS: u8 = 16;
const AT: u8 = 64;

#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    /// Its seed.
    Ed25519([u8; 32]),
}

/// One passkey with everything an authenticator keeps of it.
#[derive(Clone)]
pub struct Passkey {
    pub id: String,
    pub rp_id: String,
    /// The user handle, base64url.
    pub user: String,
    pub key: Key,
    pub count: u32,
}

/// A device or password manager.
#[derive(Clone)]
pub struct Authenticator {
    pub passkeys: Vec<Passkey>,
    pub aaguid: [u8; 16],
    /// The flags of what it makes and shows.
    pub flags: u8,
    pub transports: Vec<&'static str>,
    /// Whether it counts its uses, as security keys do.
    pub counts: bool,
    pub ed25519: bool,
    /// The origin the browser is at, where it is not the page's own.
    pub origin: Option<String>,
    /// The RP ID it hashes, where it is not the options' own.
    pub rp_id: Option<String>,
    /// More members of the client data, or others in their place.
    pub client: Value,
    /// Length of a new credential's id, in bytes.
    pub id_length: usize,
    pub spoil: Spoil,
}

/// What is wrong with the next answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spoil {
    Nothing,
    Signature,
    NoHandle,
    OtherHandle,
}

impl Authenticator {
    /// One like a phone's: verified, synced.
    pub fn synced() -> Authenticator {
        Authenticator {
            passkeys: vec![],
            aaguid: [0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd],
            flags: UP | UV | BE | BS,
            transports: vec!["internal", "hybrid"],
            counts: false,
            ed25519: false,
            origin: None,
            rp_id: None,
            client: json!({}),
            id_length: 32,
            spoil: Spoil::Nothing,
        }
    }

    /// One like a security key with a PIN: verified, bound to itself, counting.
    pub fn security_key() -> Authenticator {
        Authenticator {
            aaguid: [0; 16],
            flags: UP | UV,
            transports: vec!["usb"],
            counts: true,
            ..Authenticator::synced()
        }
    }

    /// The answer to a page's creation options, as `credential` carries it.
    pub fn make(&mut self, options: &Value, origin: &str) -> String {
        let raw: Vec<u8> = (0..self.id_length).map(|at| random::<32>(&RealWorld)[at % 32]).collect();
        self.make_with_id(&raw, options, origin)
    }

    /// As [`Authenticator::make`], with that credential id.
    pub fn make_with_id(&mut self, raw: &[u8], options: &Value, origin: &str) -> String {
        let rp_id = options["rp"]["id"].as_str().unwrap().to_owned();
        let excluded = options["excludeCredentials"].as_array().unwrap();
        let has = |id: &Value| self.passkeys.iter().any(|known| known.id == id.as_str().unwrap());
        assert!(!excluded.iter().any(|one| has(&one["id"])), "InvalidStateError: a browser would make no second one");
        let key = if self.ed25519 {
            Key::Ed25519(random::<32>(&RealWorld))
        } else {
            Key::P256(p256::ecdsa::SigningKey::from_slice(&random::<32>(&RealWorld)).unwrap())
        };
        let id = BASE64URL_NOPAD.encode(raw);
        let user = options["user"]["id"].as_str().unwrap().to_owned();
        let passkey = Passkey { id: id.clone(), rp_id: rp_id.clone(), user, key, count: u32::from(self.counts) };
        let client = self.client_data("webauthn.create", options, origin);
        let mut data = self.head(&rp_id, self.flags | AT, passkey.count);
        data.extend(self.aaguid);
        data.extend(u16::try_from(raw.len()).unwrap().to_be_bytes());
        data.extend(raw);
        data.extend(passkey.key.cose());
        self.passkeys.push(passkey);
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let attestation = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"[..], &length, &data].concat();
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": { "credProps": { "rk": true } },
            "authenticatorAttachment": "platform",
            "response": { "clientDataJSON": b64(&client), "attestationObject": b64(&attestation), "transports": self.transports } })
        .to_string()
    }

    /// The answer to a page's request options with the first passkey that fits them.
    pub fn show(&mut self, options: &Value, origin: &str) -> String {
        let rp_id = options["rpId"].as_str().unwrap();
        let allowed = options["allowCredentials"].as_array().unwrap();
        let fits = |passkey: &Passkey| {
            passkey.rp_id == rp_id && (allowed.is_empty() || allowed.iter().any(|one| one["id"] == passkey.id))
        };
        let at = self.passkeys.iter().position(fits).expect("a passkey for this page");
        self.show_this(at, options, origin)
    }

    /// The answer with that passkey, whether it fits or not.
    pub fn show_this(&mut self, at: usize, options: &Value, origin: &str) -> String {
        if self.counts {
            self.passkeys[at].count += 1;
        }
        let passkey = self.passkeys[at].clone();
        let client = self.client_data("webauthn.get", options, origin);
        let data = self.head(&passkey.rp_id, self.flags, passkey.count);
        let mut signature = passkey.key.sign(&[&data[..], &Sha256::digest(&client)].concat());
        if self.spoil == Spoil::Signature {
            let last = signature.len() - 1;
            signature[last] ^= 1;
        }
        let handle = match self.spoil {
            Spoil::NoHandle => Value::Null,
            Spoil::OtherHandle => json!(b64(&[7; 64])),
            _ => json!(passkey.user),
        };
        json!({ "id": passkey.id, "rawId": passkey.id, "type": "public-key", "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
            "response": { "clientDataJSON": b64(&client), "authenticatorData": b64(&data), "signature": b64(&signature),
                "userHandle": handle } })
        .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value, origin: &str) -> Vec<u8> {
        let origin = self.origin.as_deref().unwrap_or(origin);
        let mut client =
            json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false });
        for (name, value) in self.client.as_object().unwrap() {
            client[name] = value.clone();
        }
        client.to_string().into_bytes()
    }

    fn head(&self, rp_id: &str, flags: u8, count: u32) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        [&Sha256::digest(rp_id)[..], &[flags], &count.to_be_bytes()].concat()
    }
}

impl Key {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Key::Ed25519(seed) => pair(seed).sign(message).as_ref().to_vec(),
        }
    }

    fn cose(&self) -> Vec<u8> {
        match self {
            Key::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y].concat()
            }
            Key::Ed25519(seed) => {
                [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20][..], pair(seed).public_key().as_ref()].concat()
            }
        }
    }
}

fn pair(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).unwrap()
}

pub fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// The options on the page, and where the browser is.
#[track_caller]
pub fn options_of(browser: &Browser) -> (Value, String) {
    let marked = browser.html.split("data-options=\"").nth(1).unwrap_or_else(|| {
        panic!("no form with a passkey on {} ({}):\n{}", browser.path, browser.status, browser.text())
    });
    let json = marked.split('"').next().unwrap().replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&");
    (serde_json::from_str(&json).unwrap(), format!("http://{}", browser.host))
}

/// The page's form with `data-passkey`, filled in as the script does and sent.
pub async fn send(browser: &mut Browser, credential: &str, more: &[(&str, &str)]) {
    let action = action_of(browser);
    let mut fields = vec![("credential", credential)];
    fields.extend(more);
    browser.submit_to(&action, &fields).await;
}

/// Where the page's form with `data-passkey` goes.
pub fn action_of(browser: &Browser) -> String {
    let form = browser.html.split("<form").find(|piece| piece.contains("data-passkey=")).expect("a passkey's form");
    form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Makes a passkey in My info, fresh proof given; answers its place in the authenticator.
pub async fn make_passkey(browser: &mut Browser, authenticator: &mut Authenticator) -> usize {
    browser.open("/me/passkeys/new").await;
    let (options, origin) = options_of(browser);
    let credential = authenticator.make(&options, &origin);
    send(browser, &credential, &[]).await;
    browser.sees("Name your passkey");
    browser.submit(&[("name", &browser.hidden("name").clone())]).await;
    authenticator.passkeys.len() - 1
}

/// Presses "Log in with a passkey" on the sign-in page.
pub async fn log_in_by_passkey(browser: &mut Browser, authenticator: &mut Authenticator, more: &[(&str, &str)]) {
    browser.open("/sign-in").await;
    let (options, origin) = options_of(browser);
    let credential = authenticator.show(&options, &origin);
    send(browser, &credential, more).await;
}
