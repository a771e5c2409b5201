//! Each check with what must fail it. The keys and flags are made here; the signed vectors are in `vectors.rs`.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::vectors::{HANDLE, Sent, of};
use super::{Expected, NewCredential, Refusal, Shown, Stored, assertion, authenticate, authenticate_nobody, register};

const HOST: &str = "harbour-physio.au.example";
const ORIGIN: &str = "https://harbour-physio.au.example";
const CHALLENGE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const UP: u8 = 1;
const UV: u8 = 4;
const BE: u8 = 8;
const BS: u8 = 16;
const AT: u8 = 64;

fn b64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

/// `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
fn cose() -> Vec<u8> {
    let point = key().verifying_key().to_sec1_point(false);
    let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
    [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], x, &[0x22, 0x58, 0x20], y].concat()
}

fn client_data(kind: &str, more: &Value) -> Vec<u8> {
    let mut data = json!({ "type": kind, "challenge": CHALLENGE, "origin": ORIGIN, "crossOrigin": false });
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    data.to_string().into_bytes()
}

fn head(flags: u8, count: u32) -> Vec<u8> {
    [&Sha256::digest(HOST)[..], &[flags], &count.to_be_bytes()].concat()
}

fn attested(flags: u8, id: &[u8], cose: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&head(flags | AT, 0)[..], &[0; 16], &length, id, cose].concat()
}

/// `{"fmt": fmt, "attStmt": {}, "authData": data}`.
fn attestation(fmt: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let fmt = [&[0x60 | u8::try_from(fmt.len()).unwrap()], fmt.as_bytes()].concat();
    let named = [&b"\xa3\x63fmt"[..], &fmt, b"\x67attStmt\xa0\x68authData\x59", &length];
    [&named.concat()[..], data].concat()
}

fn expected(origins: &[String]) -> Expected<'_> {
    Expected { challenge: CHALLENGE, origins, rp_id: HOST, verification: true, presence: true, discoverable: true }
}

fn sent(id: &[u8], client_data: &[u8], attestation: &[u8]) -> String {
    json!({ "id": b64(id), "rawId": b64(id), "type": "public-key", "response": {
        "clientDataJSON": b64(client_data), "attestationObject": b64(attestation) } })
    .to_string()
}

fn made(json: &str) -> Result<NewCredential, Refusal> {
    register(&expected(&[ORIGIN.to_owned()]), json)
}

fn made_with(flags: u8, more: &Value) -> Result<NewCredential, Refusal> {
    let data = attested(flags, b"an id", &cose());
    made(&sent(b"an id", &client_data("webauthn.create", more), &attestation("none", &data)))
}

fn made_of(attestation: &[u8]) -> Result<NewCredential, Refusal> {
    made(&sent(b"an id", &client_data("webauthn.create", &json!({})), attestation))
}

fn credential() -> NewCredential {
    made_with(UP | UV | BE, &json!({})).unwrap()
}

/// An assertion signed by the key, with these flags, counter and client data.
fn shown_with(credential: &NewCredential, flags: u8, count: u32, more: &Value) -> Result<Shown, Refusal> {
    let (client_data, data) = (client_data("webauthn.get", more), head(flags, count));
    let message = [&data[..], &Sha256::digest(&client_data)].concat();
    let signature: Signature = key().sign(&message);
    judged(credential, &client_data, &data, signature.to_der().as_bytes(), Some(HANDLE))
}

fn judged(
    credential: &NewCredential,
    client_data: &[u8],
    data: &[u8],
    signature: &[u8],
    handle: Option<&str>,
) -> Result<Shown, Refusal> {
    let json = json!({ "id": credential.id, "rawId": credential.id, "type": "public-key", "response": {
        "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": handle } });
    let stored = Stored {
        id: &credential.id,
        public_key: &credential.public_key,
        algorithm: credential.algorithm,
        sign_count: credential.sign_count,
        backup_eligible: credential.backup_eligible,
        user_handle: HANDLE,
    };
    authenticate(&expected(&[ORIGIN.to_owned()]), &stored, &assertion(&json.to_string())?)
}

#[test]
fn the_honest_get_in() {
    let credential = credential();
    assert!(credential.verified && credential.backup_eligible && !credential.backed_up);
    let shown = shown_with(&credential, UP | UV | BE | BS, 0, &json!({ "later": [1, { "x": null }] })).unwrap();
    assert!(shown.verified && shown.backed_up && !shown.went_back);
    let bom = [b"\xef\xbb\xbf", &client_data("webauthn.create", &json!({}))[..]].concat();
    assert!(made(&sent(b"an id", &bom, &attestation("none", &attested(UP | UV, b"an id", &cose())))).is_ok());
}

#[test]
fn an_origin_is_exactly_ours() {
    let twenty = [
        "https://evil.example",
        "http://harbour-physio.au.example",
        "https://harbour-physio.au.example:8443",
        "https://harbour-physio.au.example:443",
        "https://harbour-physio.au.example.",
        "https://harbour-physio.au.example/",
        "https://HARBOUR-PHYSIO.au.example",
        "HTTPS://harbour-physio.au.example",
        "https://x.harbour-physio.au.example",
        "https://au.example",
        "https://harbour-physio.uk.example",
        "https://thames-therapy.au.example",
        "https://harbour-physio.au.example.evil.example",
        "https://evil.example/harbour-physio.au.example",
        "https://harbour-physio.au.example@evil.example",
        "https://xharbour-physio.au.example",
        "https://harbour-physi\u{43e}.au.example",
        "https://xn--harbour-physi-5ng.au.example",
        " https://harbour-physio.au.example",
        "null",
    ];
    let credential = credential();
    for origin in twenty {
        let more = json!({ "origin": origin });
        assert_eq!(made_with(UP | UV, &more).map(|_| ()), Err(Refusal::Origin), "{origin}");
        assert_eq!(shown_with(&credential, UP | UV | BE, 0, &more), Err(Refusal::Origin), "{origin}");
    }
    let more = json!({ "origin": "" });
    assert_eq!(shown_with(&credential, UP | UV | BE, 0, &more), Err(Refusal::Origin));
}

#[test]
fn client_data_is_of_this_ceremony() {
    let credential = credential();
    let other = format!("B{}", &CHALLENGE[1..]);
    let table = [
        (json!({ "type": "webauthn.create" }), json!({ "type": "webauthn.get" }), Refusal::Type),
        (json!({ "type": "" }), json!({ "type": "" }), Refusal::Type),
        (json!({ "challenge": other }), json!({ "challenge": other }), Refusal::Challenge),
        (
            json!({ "challenge": format!("{CHALLENGE}=") }),
            json!({ "challenge": format!("{CHALLENGE}=") }),
            Refusal::Challenge,
        ),
        (json!({ "challenge": "" }), json!({ "challenge": "" }), Refusal::Challenge),
        (json!({ "crossOrigin": true }), json!({ "crossOrigin": true }), Refusal::CrossOrigin),
        (json!({ "topOrigin": ORIGIN }), json!({ "topOrigin": ORIGIN }), Refusal::CrossOrigin),
        (json!({ "crossOrigin": "no" }), json!({ "crossOrigin": "no" }), Refusal::Shape),
        (json!({ "challenge": 7 }), json!({ "challenge": 7 }), Refusal::Shape),
    ];
    for (get, create, refusal) in table {
        assert_eq!(shown_with(&credential, UP | UV | BE, 0, &get), Err(refusal), "{get}");
        assert_eq!(made_with(UP | UV, &create).map(|_| ()), Err(refusal), "{create}");
    }
    let data = attestation("none", &attested(UP | UV, b"an id", &cose()));
    for broken in [&b"{"[..], b"", b"[]", b"\xff", b"{\"type\":1,\"type\":2}", &[b'['; 8000]] {
        assert_eq!(made(&sent(b"an id", broken, &data)).map(|_| ()), Err(Refusal::Shape));
    }
    assert_eq!(made(&sent(b"an id", &[b' '; 9000], &data)).map(|_| ()), Err(Refusal::TooLarge));
}

#[test]
fn flags_are_looked_at() {
    let device_bound = made_with(UP | UV, &json!({})).unwrap();
    let synced = credential();
    assert_eq!(made_with(UV, &json!({})).map(|_| ()), Err(Refusal::Absent));
    assert_eq!(made_with(UP, &json!({})).map(|_| ()), Err(Refusal::Unverified));
    assert_eq!(made_with(UP | UV | BS, &json!({})).map(|_| ()), Err(Refusal::BackupFlags));
    let table = [
        (&synced, UV | BE, Some(Refusal::Absent)),
        (&synced, UP | BE, Some(Refusal::Unverified)),
        (&synced, UP | UV | BS, Some(Refusal::BackupFlags)),
        (&synced, UP | UV, Some(Refusal::EligibilityChanged)),
        (&device_bound, UP | UV | BE, Some(Refusal::EligibilityChanged)),
        (&device_bound, UP | UV, None),
        (&synced, UP | UV | BE, None),
        (&synced, UP | UV | BE | BS, None),
    ];
    for (credential, flags, refusal) in table {
        assert_eq!(shown_with(credential, flags, 0, &json!({})).err(), refusal, "{flags:#x}");
    }
}

#[test]
fn a_counter_that_does_not_go_forward_is_a_sign() {
    let with = |sign_count| NewCredential { sign_count, ..credential() };
    for (before, now, went_back) in
        [(0, 0, false), (0, 1, false), (5, 6, false), (5, 5, true), (5, 4, true), (5, 0, true)]
    {
        let shown = shown_with(&with(before), UP | UV | BE, now, &json!({})).unwrap();
        assert_eq!((shown.went_back, shown.sign_count), (went_back, i64::from(now)), "{before} → {now}");
    }
}

#[test]
fn it_says_whose_it_is() {
    let credential = credential();
    let (client_data, data) = (client_data("webauthn.get", &json!({})), head(UP | UV | BE, 0));
    let message = [&data[..], &Sha256::digest(&client_data)].concat();
    let signature: Signature = key().sign(&message);
    let judge = |handle| judged(&credential, &client_data, &data, signature.to_der().as_bytes(), handle);
    assert!(judge(Some(HANDLE)).is_ok());
    assert_eq!(judge(Some("c29tZWJvZHkgZWxzZQ")), Err(Refusal::Owner));
    assert_eq!(judge(Some("")), Err(Refusal::Owner));
    assert_eq!(judge(None), Err(Refusal::Owner));
}

#[test]
fn ids_have_bounds() {
    let of_length = |length: usize| {
        let id = vec![9; length];
        let data = attestation("none", &attested(UP | UV, &id, &cose()));
        made(&sent(&id, &client_data("webauthn.create", &json!({})), &data)).map(|_| ())
    };
    assert_eq!(of_length(1), Ok(()));
    assert_eq!(of_length(1023), Ok(()));
    assert_eq!(of_length(1024), Err(Refusal::CredentialId));
    assert_eq!(of_length(0), Err(Refusal::CredentialId));
    let data = attestation("none", &attested(UP | UV, b"an id", &cose()));
    let other = sent(b"other", &client_data("webauthn.create", &json!({})), &data);
    assert_eq!(made(&other).map(|_| ()), Err(Refusal::CredentialId), "the id outside is the one inside");
}

#[test]
fn keys_fit_their_algorithm() {
    let with = |cose: &[u8]| made_of(&attestation("none", &attested(UP | UV, b"an id", cose))).map(|_| ());
    assert_eq!(with(&cose()), Ok(()));
    let mut off_curve = cose();
    off_curve[20] ^= 1;
    assert_eq!(with(&off_curve), Err(Refusal::Key));
    let mut infinite = cose();
    infinite[10..42].fill(0);
    infinite[45..].fill(0);
    assert_eq!(with(&infinite), Err(Refusal::Key));
    let rsa = |alg: &[u8], bits: usize, exponent: &[u8]| {
        let length = u16::try_from(bits / 8).unwrap().to_be_bytes();
        let mut n = vec![0xff; bits / 8];
        n[0] = 0x80;
        let e = [&[0x21, 0x40 | u8::try_from(exponent.len()).unwrap()], exponent].concat();
        [&[0xa4, 1, 3, 3], alg, &[0x20, 0x59], &length, &n, &e].concat()
    };
    let rs256 = [0x39, 1, 0];
    assert_eq!(with(&rsa(&rs256, 2048, &[1, 0, 1])), Ok(()));
    assert_eq!(with(&rsa(&[0x26], 2048, &[1, 0, 1])), Err(Refusal::Key), "ES256 with an RSA key");
    assert_eq!(with(&rsa(&rs256, 1024, &[1, 0, 1])), Err(Refusal::Key));
    assert_eq!(with(&rsa(&rs256, 2048, &[1])), Err(Refusal::Key));
    assert_eq!(with(&rsa(&rs256, 2048, &[4])), Err(Refusal::Key));
    let mut es384 = cose();
    es384.splice(4..5, [0x38, 0x22]);
    assert_eq!(with(&es384), Err(Refusal::Algorithm));
    let mut rs256_on_a_curve = cose();
    rs256_on_a_curve.splice(4..5, rs256);
    assert_eq!(with(&rs256_on_a_curve), Err(Refusal::Key));
    let appended = [&cose()[..], &[0]].concat();
    assert_eq!(with(&appended), Err(Refusal::Shape));
}

/// AC-051: whatever length or depth is promised, nothing is built for it.
#[test]
fn bombs_are_refused_at_once() {
    let deep = [0x81; 10_000];
    let wide = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let long = [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let map = [0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0];
    let endless = [0x9f; 30_000];
    for bomb in [&deep[..], &wide, &long, &map, &endless] {
        let inside = [&b"\xa3\x63fmt\x64none\x67attStmt"[..], bomb].concat();
        for attestation in [bomb, &inside] {
            assert_eq!(made_of(attestation).map(|_| ()), Err(Refusal::Shape));
        }
    }
    assert_eq!(made_of(&[0; 40_000]).map(|_| ()), Err(Refusal::TooLarge));
    assert_eq!(made(&"x".repeat(10_000_000)).map(|_| ()), Err(Refusal::TooLarge));
}

#[test]
fn cut_doubled_or_followed_is_refused() {
    let whole = attestation("none", &attested(UP | UV, b"an id", &cose()));
    assert!(made_of(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(made_of(&whole[..length]).is_err(), "cut at {length}");
    }
    assert_eq!(made_of(&[&whole[..], &[0]].concat()).map(|_| ()), Err(Refusal::Shape));
    let data = attested(UP | UV, b"an id", &cose());
    let doubled = [&b"\xa4\x63fmt\x64none"[..], &whole[1..]].concat();
    assert_eq!(made_of(&doubled).map(|_| ()), Err(Refusal::Shape));
    let missing =
        [&b"\xa2\x63fmt\x64none\x68authData\x59"[..], &[0, u8::try_from(data.len()).unwrap()], &data].concat();
    assert_eq!(made_of(&missing).map(|_| ()), Err(Refusal::Shape));
    let mut extension = attested(UP | UV | 0x80, b"an id", &cose());
    assert_eq!(made_of(&attestation("none", &extension)).map(|_| ()), Err(Refusal::Shape));
    extension.extend(b"\xa1\x69credProps\xa1\x62rk\xf5");
    assert!(made_of(&attestation("none", &extension)).is_ok(), "extensions we did not ask for are ignored");
    assert!(made_of(&attestation("what-is-this", &data)).is_ok(), "an unknown format locks nobody out");
    assert_eq!(
        made_of(&attestation("none", &head(UP | UV, 0))).map(|_| ()),
        Err(Refusal::Shape),
        "without a credential"
    );
}

#[test]
fn json_that_is_none_is_refused() {
    for broken in
        ["", "{}", "null", "[]", "\"x\"", "{\"id\":1}", "{\"id\":\"a\",\"rawId\":\"a\",\"type\":\"public-key\"}"]
    {
        assert_eq!(made(broken).map(|_| ()), Err(Refusal::Shape), "{broken}");
        assert!(assertion(broken).is_err(), "{broken}");
    }
    let fine = sent(
        b"an id",
        &client_data("webauthn.create", &json!({})),
        &attestation("none", &attested(5, b"an id", &cose())),
    );
    assert!(made(&fine).is_ok());
    for (from, to) in
        [("public-key", "password"), ("\"rawId\":\"YW4gaWQ\"", "\"rawId\":\"YW4gaWR\""), ("YW4gaWQ", "YW4gaWQ=")]
    {
        assert!(made(&fine.replace(from, to)).is_err(), "{from} → {to}");
    }
}

#[test]
fn nobody_never_gets_in() {
    let credential = credential();
    let json = |more: &Value| {
        let (client_data, data) = (client_data("webauthn.get", more), head(UP | UV, 0));
        let message = [&data[..], &Sha256::digest(&client_data)].concat();
        // The private key 1, whose public key is the generator.
        let one = SigningKey::from_slice(&[&[0; 31][..], &[1]].concat()).unwrap();
        let signature: Signature = one.sign(&message);
        json!({ "id": credential.id, "rawId": credential.id, "type": "public-key", "response": { "userHandle": HANDLE,
            "clientDataJSON": b64(&client_data), "authenticatorData": b64(&data), "signature": b64(signature.to_der().as_bytes()) } })
        .to_string()
    };
    let origins = [ORIGIN.to_owned()];
    let judge = |more: &Value| authenticate_nobody(&expected(&origins), &assertion(&json(more)).unwrap());
    assert_eq!(judge(&json!({})), Refusal::Unknown);
    assert_eq!(judge(&json!({ "origin": "https://evil.example" })), Refusal::Origin);
}

#[test]
fn a_credential_answers_only_for_itself() {
    let credential = of("packed-es256").made().register().unwrap();
    let other = Sent { id: b"other".to_vec(), ..of("packed-es256").shown() };
    assert_eq!(other.authenticate(&credential, false), Err(Refusal::CredentialId));
    let wrong = NewCredential { algorithm: -8, ..credential };
    assert_eq!(
        of("packed-es256").shown().authenticate(&wrong, false),
        Err(Refusal::Key),
        "never an algorithm of the message"
    );
}
