//! The test vectors of WebAuthn Level 3 (tests/fixtures/webauthn-vectors.json, with its notice): what each must come to
//! here, and what must be refused once a single thing about it is changed.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use super::{Assertion, Expected, NewCredential, Refusal, Shown, Stored, assertion, authenticate, register};

pub(super) struct Vector {
    pub id: String,
    registration: Value,
    authentication: Value,
}

/// The blobs of one ceremony, to be spoilt at will.
#[derive(Clone)]
pub(super) struct Sent {
    pub challenge: Vec<u8>,
    pub client_data: Vec<u8>,
    /// Attestation object or authenticator data.
    pub data: Vec<u8>,
    pub signature: Vec<u8>,
    pub id: Vec<u8>,
}

fn hex(value: &Value, name: &str) -> Vec<u8> {
    HEXLOWER.decode(value[name].as_str().unwrap_or_default().as_bytes()).unwrap()
}

pub(super) fn all() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../../../tests/fixtures/webauthn-vectors.json")).unwrap();
    assert!(
        file["source"]["licence"].as_str().unwrap().contains("Copyright (c) W3C"),
        "the notice stays with the file"
    );
    let take = |v: &Value| Vector {
        id: v["id"].as_str().unwrap().to_owned(),
        registration: v["registration"].clone(),
        authentication: v["authentication"].clone(),
    };
    file["vectors"].as_array().unwrap().iter().map(take).collect()
}

pub(super) fn of(id: &str) -> Vector {
    all().into_iter().find(|vector| vector.id == id).unwrap()
}

impl Vector {
    pub fn made(&self) -> Sent {
        Sent {
            challenge: hex(&self.registration, "challenge"),
            client_data: hex(&self.registration, "clientDataJSON"),
            data: hex(&self.registration, "attestationObject"),
            signature: vec![],
            id: hex(&self.registration, "credential_id"),
        }
    }

    pub fn shown(&self) -> Sent {
        Sent {
            challenge: hex(&self.authentication, "challenge"),
            client_data: hex(&self.authentication, "clientDataJSON"),
            data: hex(&self.authentication, "authenticatorData"),
            signature: hex(&self.authentication, "signature"),
            id: hex(&self.registration, "credential_id"),
        }
    }
}

pub(super) const HANDLE: &str = "aGFuZGxl";

impl Sent {
    pub fn register_at(&self, rp_id: &str, origin: &str) -> Result<NewCredential, Refusal> {
        let id = BASE64URL_NOPAD.encode(&self.id);
        let json = json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&self.client_data), "attestationObject": BASE64URL_NOPAD.encode(&self.data),
            "transports": ["internal", "hybrid", "x\",\"evil"], "publicKeyAlgorithm": -7 } });
        let challenge = BASE64URL_NOPAD.encode(&self.challenge);
        let origins = [origin.to_owned()];
        register(&expected(&challenge, &origins, rp_id, false), &json.to_string())
    }

    pub fn register(&self) -> Result<NewCredential, Refusal> {
        self.register_at("example.org", "https://example.org")
    }

    pub fn assertion(&self) -> Result<Assertion, Refusal> {
        let id = BASE64URL_NOPAD.encode(&self.id);
        let json = json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(&self.client_data), "authenticatorData": BASE64URL_NOPAD.encode(&self.data),
            "signature": BASE64URL_NOPAD.encode(&self.signature), "userHandle": HANDLE } });
        assertion(&json.to_string())
    }

    pub fn authenticate(&self, credential: &NewCredential, verification: bool) -> Result<Shown, Refusal> {
        let challenge = BASE64URL_NOPAD.encode(&self.challenge);
        let origins = ["https://example.org".to_owned()];
        let expected = expected(&challenge, &origins, "example.org", verification);
        authenticate(&expected, &stored(credential), &self.assertion()?)
    }
}

pub(super) fn expected<'a>(
    challenge: &'a str,
    origins: &'a [String],
    rp_id: &'a str,
    verification: bool,
) -> Expected<'a> {
    Expected { challenge, origins, rp_id, verification, presence: true, discoverable: verification }
}

pub(super) fn stored(credential: &NewCredential) -> Stored<'_> {
    Stored {
        id: &credential.id,
        public_key: &credential.public_key,
        algorithm: credential.algorithm,
        sign_count: credential.sign_count,
        backup_eligible: credential.backup_eligible,
        user_handle: HANDLE,
    }
}

#[test]
fn each_vector_comes_to_what_it_must() {
    use Refusal::{Algorithm, CrossOrigin, Unverified};
    // Registration; passwordless; after the password.
    type Row = (&'static str, Result<bool, Refusal>, Result<(), Refusal>, Result<(), Refusal>);
    let table: [Row; 15] = [
        ("none-es256", Ok(false), Err(Unverified), Ok(())),
        ("packed-self-es256", Ok(true), Err(Unverified), Ok(())),
        ("none-es256-crossOrigin", Err(CrossOrigin), Err(CrossOrigin), Err(CrossOrigin)),
        ("none-es256-topOrigin", Err(CrossOrigin), Err(CrossOrigin), Err(CrossOrigin)),
        // Made without verification: that it may stand alone is for its owner's other factor to say, not for this check.
        ("none-es256-long-credential-id", Ok(false), Ok(()), Ok(())),
        ("packed-es256", Ok(true), Ok(()), Ok(())),
        ("packed-es384", Err(Algorithm), Err(Algorithm), Err(Algorithm)),
        ("packed-es512", Err(Algorithm), Err(Algorithm), Err(Algorithm)),
        ("packed-rs256", Ok(true), Err(Unverified), Ok(())),
        ("packed-eddsa", Ok(false), Err(Unverified), Ok(())),
        ("packed-ed448", Err(Algorithm), Err(Algorithm), Err(Algorithm)),
        ("tpm-es256", Ok(true), Ok(()), Ok(())),
        ("android-key-es256", Ok(true), Err(Unverified), Ok(())),
        ("apple-es256", Ok(false), Err(Unverified), Ok(())),
        ("fido-u2f-es256", Ok(false), Err(Unverified), Ok(())),
    ];
    assert_eq!(all().len(), table.len());
    for (id, made, alone, after) in table {
        let vector = of(id);
        let credential = vector.made().register();
        assert_eq!(credential.as_ref().map(|c| c.verified).map_err(|e| *e), made, "{id}");
        let Ok(credential) = credential else { continue };
        assert_eq!(vector.shown().authenticate(&credential, true).map(|_| ()), alone, "{id} passwordless");
        assert_eq!(vector.shown().authenticate(&credential, false).map(|_| ()), after, "{id} after the password");
    }
}

#[test]
fn what_is_learnt_is_what_was_written() {
    let long = of("none-es256-long-credential-id").made().register().unwrap();
    assert_eq!(long.id.len(), 1364);
    assert!(long.backup_eligible && !long.backed_up && !long.verified);
    let packed = of("packed-self-es256").made().register().unwrap();
    assert_eq!((packed.algorithm, packed.verified, packed.backed_up), (-7, true, true));
    assert_eq!(packed.transports, "hybrid,internal", "known ones only, whatever was sent");
    let plain = of("none-es256").made().register().unwrap();
    assert_eq!(plain.aaguid, "8446ccb9-ab1d-b374-750b-2367ff6f3a1f");
    let shown = of("packed-self-es256").shown().authenticate(&packed, false).unwrap();
    assert!(!shown.backed_up && !shown.verified && !shown.went_back, "the copy was given up, and is said to be");
}

/// Whatever byte is changed, in whichever of the five blobs, nobody gets in by it.
#[test]
fn no_byte_can_be_changed() {
    for id in ["packed-es256", "packed-eddsa", "none-es256"] {
        let vector = of(id);
        let credential = vector.made().register().unwrap();
        let shown = vector.shown();
        assert!(shown.authenticate(&credential, false).is_ok(), "{id}");
        for at in 0..shown.client_data.len() {
            let mut spoilt = shown.clone();
            spoilt.client_data[at] ^= 1;
            assert!(spoilt.authenticate(&credential, false).is_err(), "{id} client data {at}");
        }
        for at in 0..shown.data.len() {
            let mut spoilt = shown.clone();
            spoilt.data[at] ^= 1;
            assert!(spoilt.authenticate(&credential, false).is_err(), "{id} authenticator data {at}");
        }
        for at in 0..shown.signature.len() {
            let mut spoilt = shown.clone();
            spoilt.signature[at] ^= 1;
            assert!(spoilt.authenticate(&credential, false).is_err(), "{id} signature {at}");
        }
        // A new credential is signed by nobody under attestation `none`: a changed byte is refused, or the credential
        // is another one, for which the old signature is worth nothing.
        let made = vector.made();
        for at in 0..made.client_data.len() {
            let mut spoilt = made.clone();
            spoilt.client_data[at] ^= 1;
            if let Ok(other) = spoilt.register() {
                assert_eq!(other, credential, "{id} registration client data {at}: only what is not looked at");
            }
        }
        let same = |a: &NewCredential| (a.id.clone(), a.public_key.clone());
        for at in 0..made.data.len() {
            let mut spoilt = made.clone();
            spoilt.data[at] ^= 1;
            let Ok(other) = spoilt.register() else { continue };
            let harmless = same(&other) == same(&credential);
            assert!(harmless || shown.authenticate(&other, false).is_err(), "{id} attestation {at}");
        }
    }
}

#[test]
fn signatures_do_not_change_places() {
    let (one, other) = (of("packed-es256"), of("none-es256"));
    for (mine, yours) in [(&one, &other), (&other, &one)] {
        let credential = mine.made().register().unwrap();
        let mut swapped = mine.shown();
        swapped.signature = yours.shown().signature;
        assert_eq!(swapped.authenticate(&credential, false), Err(Refusal::Signature));
        let mut zero = mine.shown();
        zero.signature = vec![0; 70];
        assert_eq!(zero.authenticate(&credential, false), Err(Refusal::Signature));
        zero.signature.clear();
        assert_eq!(zero.authenticate(&credential, false), Err(Refusal::Signature));
    }
}

/// ECDSA as raw r‖s, the form of WebCrypto and JOSE, is not the form of WebAuthn.
#[test]
fn a_raw_signature_is_refused() {
    let vector = of("packed-es256");
    let credential = vector.made().register().unwrap();
    let mut raw = vector.shown();
    let signature = p256::ecdsa::Signature::from_der(&raw.signature).unwrap();
    raw.signature = signature.to_bytes().to_vec();
    assert_eq!(raw.authenticate(&credential, false), Err(Refusal::Signature));
}

#[test]
fn another_site_is_refused() {
    let made = of("packed-es256").made();
    assert!(made.register().is_ok());
    assert_eq!(made.register_at("example.com", "https://example.org"), Err(Refusal::RelyingParty));
    assert_eq!(made.register_at("example.org", "https://example.com"), Err(Refusal::Origin));
}
