//! WebAuthn Level 3, the relying party's side of both ceremonies: what a browser sent → what may be believed of it.
//! Pure: no request, clock, database or feature is in sight. Each refusal names the check that failed; the numbers in
//! comments are those of "Registering a New Credential" (7.1) and "Verifying an Authentication Assertion" (7.2).
//! Why this is our own: docs/decisions/0010-webauthn.md.

mod authenticator_data;
mod cbor;
mod client_data;
mod cose;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use authenticator_data::AuthenticatorData;
use cose::Key;

/// The algorithms that are offered and accepted, the one that most authenticators have first: ES256, EdDSA, RS256.
pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];
/// Longest credential id, in bytes (WebAuthn L3, 7.1 step 25).
pub const MOST_ID: usize = 1023;
/// Longest answer of a browser that is looked at, in bytes; attestation certificates take most of it.
const MOST_JSON: usize = 48 * 1024;
const MOST_CLIENT_DATA: usize = 8 * 1024;
const MOST_ATTESTATION: usize = 32 * 1024;
const MOST_AUTHENTICATOR_DATA: usize = 8 * 1024;
/// An RSA signature of 8192 bits.
const MOST_SIGNATURE: usize = 1024;

/// What the ceremony was begun with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// 32 random bytes, base64url without padding, exactly as they were sent.
    pub challenge: &'a str,
    /// Whole origins; nothing that only looks like one of them will do.
    pub origins: &'a [String],
    /// A host name without a port.
    pub rp_id: &'a str,
    /// Whether the authenticator must have checked who holds it (UV).
    pub verification: bool,
    /// Whether somebody must have touched it (UP); only a browser that makes a passkey by itself may go without.
    pub presence: bool,
    /// Whether nobody is known yet: then the passkey has to say whose it is.
    pub discoverable: bool,
}

/// The check that failed: for the log, the record and the tests. People read one sentence for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    TooLarge,
    /// Not JSON, not base64url, not CBOR, cut off, doubled or followed by something.
    Shape,
    Type,
    Challenge,
    Origin,
    CrossOrigin,
    RelyingParty,
    Absent,
    Unverified,
    /// Backed up without being able to be.
    BackupFlags,
    /// It was made for one device and now says otherwise, or the other way round.
    EligibilityChanged,
    Algorithm,
    Key,
    CredentialId,
    /// No credential of that id is on record.
    Unknown,
    Owner,
    Signature,
}

impl Refusal {
    /// The word in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Refusal::TooLarge => "too-large",
            Refusal::Shape => "shape",
            Refusal::Type => "type",
            Refusal::Challenge => "challenge",
            Refusal::Origin => "origin",
            Refusal::CrossOrigin => "cross-origin",
            Refusal::RelyingParty => "relying-party",
            Refusal::Absent => "nobody-present",
            Refusal::Unverified => "not-verified",
            Refusal::BackupFlags => "backup-flags",
            Refusal::EligibilityChanged => "eligibility-changed",
            Refusal::Algorithm => "algorithm",
            Refusal::Key => "key",
            Refusal::CredentialId => "credential-id",
            Refusal::Unknown => "unknown",
            Refusal::Owner => "owner",
            Refusal::Signature => "signature",
        }
    }
}

/// A credential as it is stored. Texts are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    pub id: String,
    /// The COSE key, as the authenticator wrote it.
    pub public_key: String,
    pub algorithm: i64,
    pub sign_count: i64,
    /// Lower-case UUID; who made the authenticator says so itself, so it is good for a name and for nothing else.
    pub aaguid: String,
    /// How browsers may reach it, joined by commas; empty when they did not say.
    pub transports: String,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub verified: bool,
}

/// What an assertion is judged against. Texts are base64url without padding.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    pub id: &'a str,
    pub public_key: &'a str,
    pub algorithm: i64,
    pub sign_count: i64,
    pub backup_eligible: bool,
    /// The user handle of the person it belongs to.
    pub user_handle: &'a str,
}

/// What a right assertion tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub verified: bool,
    pub backed_up: bool,
    pub sign_count: i64,
    /// The counter did not go forward: the key may have been copied (7.2 step 22). A sign, not a proof.
    pub went_back: bool,
}

#[derive(Deserialize)]
struct AttestationJson {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: AttestationResponse,
}

#[derive(Deserialize)]
struct AttestationResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
struct AssertionJson {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: AssertionResponse,
}

#[derive(Deserialize)]
struct AssertionResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
    #[serde(rename = "userHandle")]
    user_handle: Option<String>,
}

/// An assertion, taken apart; nothing about it is believed yet.
#[derive(Debug)]
pub struct Assertion {
    /// The credential that it says it is from, base64url without padding.
    pub id: String,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    /// As sent; compared as text, for one value has one form.
    user_handle: Option<String>,
}

/// Judges a new credential: `RegistrationResponseJSON` (5.1.8). Attestation was not asked for, so a statement, whichever
/// its format, is neither checked nor kept.
///
/// # Errors
/// The first check that failed.
pub fn register(expected: &Expected<'_>, json: &str) -> Result<NewCredential, Refusal> {
    let sent: AttestationJson = read_json(json)?;
    if sent.kind != "public-key" || sent.id != sent.raw_id {
        return Err(Refusal::Shape);
    }
    let client_data = decode(&sent.response.client_data, MOST_CLIENT_DATA)?;
    client_data::check(expected, "webauthn.create", &client_data)?;
    let attestation = decode(&sent.response.attestation, MOST_ATTESTATION)?;
    let data = authenticator_data::of_attestation(&attestation)?;
    check_flags(expected, &data)?;
    let attested = data.attested.ok_or(Refusal::Shape)?;
    if attested.id.is_empty() || attested.id.len() > MOST_ID || BASE64URL_NOPAD.encode(attested.id) != sent.raw_id {
        return Err(Refusal::CredentialId);
    }
    let algorithm = attested.key.algorithm();
    if !ALGORITHMS.contains(&algorithm) {
        return Err(Refusal::Algorithm);
    }
    Ok(NewCredential {
        id: sent.raw_id,
        public_key: BASE64URL_NOPAD.encode(attested.key_bytes),
        algorithm,
        sign_count: i64::from(data.sign_count),
        aaguid: uuid::Uuid::from_bytes(attested.aaguid).hyphenated().to_string(),
        transports: known_transports(&sent.response.transports),
        backup_eligible: data.backup_eligible,
        backed_up: data.backed_up,
        verified: data.verified,
    })
}

/// Takes an assertion apart: `AuthenticationResponseJSON` (5.1.8).
///
/// # Errors
/// [`Refusal::Shape`], [`Refusal::TooLarge`], [`Refusal::CredentialId`].
pub fn assertion(json: &str) -> Result<Assertion, Refusal> {
    let sent: AssertionJson = read_json(json)?;
    if sent.kind != "public-key" || sent.id != sent.raw_id {
        return Err(Refusal::Shape);
    }
    let id = decode(&sent.raw_id, MOST_ID).map_err(|_| Refusal::CredentialId)?;
    if id.is_empty() {
        return Err(Refusal::CredentialId);
    }
    Ok(Assertion {
        id: sent.raw_id,
        client_data: decode(&sent.response.client_data, MOST_CLIENT_DATA)?,
        authenticator_data: decode(&sent.response.authenticator_data, MOST_AUTHENTICATOR_DATA)?,
        signature: decode(&sent.response.signature, MOST_SIGNATURE)?,
        user_handle: sent.response.user_handle.filter(|handle| !handle.is_empty()),
    })
}

/// Judges an assertion against the stored credential; the signature is checked with the stored key and its algorithm,
/// never with one that the message names.
///
/// # Errors
/// The first check that failed.
pub fn authenticate(expected: &Expected<'_>, stored: &Stored<'_>, sent: &Assertion) -> Result<Shown, Refusal> {
    if sent.id != stored.id {
        return Err(Refusal::CredentialId);
    }
    match &sent.user_handle {
        Some(handle) if handle == stored.user_handle => {}
        None if !expected.discoverable => {}
        _ => return Err(Refusal::Owner),
    }
    client_data::check(expected, "webauthn.get", &sent.client_data)?;
    let data = authenticator_data::read(&sent.authenticator_data)?;
    check_flags(expected, &data)?;
    if data.backup_eligible != stored.backup_eligible {
        return Err(Refusal::EligibilityChanged);
    }
    let bytes = BASE64URL_NOPAD.decode(stored.public_key.as_bytes()).map_err(|_| Refusal::Key)?;
    let (key, rest) = Key::read(&bytes)?;
    if !rest.is_empty() || key.algorithm() != stored.algorithm {
        return Err(Refusal::Key);
    }
    let mut message = sent.authenticator_data.clone();
    message.extend_from_slice(&Sha256::digest(&sent.client_data));
    if !key.signed(&message, &sent.signature) {
        return Err(Refusal::Signature);
    }
    let sign_count = i64::from(data.sign_count);
    let counts = sign_count != 0 || stored.sign_count != 0;
    Ok(Shown {
        verified: data.verified,
        backed_up: data.backed_up,
        sign_count,
        went_back: counts && sign_count <= stored.sign_count,
    })
}

/// A key that nobody has, so that an assertion of an unknown credential takes as long as a known one's.
const NOBODYS_KEY: &str =
    "pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

/// As [`authenticate`], where no credential of that id is on record: the same work, and never right.
pub fn authenticate_nobody(expected: &Expected<'_>, sent: &Assertion) -> Refusal {
    let backup_eligible = sent.authenticator_data.get(32).is_some_and(|flags| flags & 0x08 != 0);
    let stored = Stored {
        id: &sent.id,
        public_key: NOBODYS_KEY,
        algorithm: -7,
        sign_count: 0,
        backup_eligible,
        user_handle: sent.user_handle.as_deref().unwrap_or_default(),
    };
    match authenticate(expected, &stored, sent) {
        // Whoever holds the key that is printed above is nobody all the same.
        Ok(_) | Err(Refusal::Signature) => Refusal::Unknown,
        Err(refusal) => refusal,
    }
}

/// The checks that both ceremonies share, on what the authenticator itself signed.
fn check_flags(expected: &Expected<'_>, data: &AuthenticatorData<'_>) -> Result<(), Refusal> {
    if data.rp_id_hash != Sha256::digest(expected.rp_id.as_bytes()).as_slice() {
        return Err(Refusal::RelyingParty);
    }
    if expected.presence && !data.present {
        return Err(Refusal::Absent);
    }
    if expected.verification && !data.verified {
        return Err(Refusal::Unverified);
    }
    if data.backed_up && !data.backup_eligible { Err(Refusal::BackupFlags) } else { Ok(()) }
}

/// Ways to reach an authenticator that browsers know of (5.8.4); others are left out, since they come back in options.
fn known_transports(sent: &[String]) -> String {
    const KNOWN: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
    let known = KNOWN.into_iter().filter(|known| sent.iter().any(|sent| sent == known));
    known.collect::<Vec<_>>().join(",")
}

fn read_json<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Refusal> {
    if json.len() > MOST_JSON {
        return Err(Refusal::TooLarge);
    }
    serde_json::from_str(json).map_err(|_| Refusal::Shape)
}

/// Strict: without padding, no other alphabet, no spare bits.
fn decode(text: &str, most: usize) -> Result<Vec<u8>, Refusal> {
    if text.len() > most.div_ceil(3) * 4 {
        return Err(Refusal::TooLarge);
    }
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| Refusal::Shape)?;
    if bytes.len() > most { Err(Refusal::TooLarge) } else { Ok(bytes) }
}
