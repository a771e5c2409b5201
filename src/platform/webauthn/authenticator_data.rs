//! What the authenticator itself says (6.1): for which site, how it was used, how often, and for a new credential its
//! id and key.

use super::Refusal;
use super::cbor::{Reader, Value};
use super::cose::Key;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

pub(super) struct AuthenticatorData<'a> {
    pub rp_id_hash: &'a [u8],
    pub present: bool,
    pub verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub sign_count: u32,
    pub attested: Option<Attested<'a>>,
}

/// A new credential (6.5.1).
pub(super) struct Attested<'a> {
    pub aaguid: [u8; 16],
    pub id: &'a [u8],
    pub key: Key<'a>,
    pub key_bytes: &'a [u8],
}

/// The authenticator data of an attestation object (6.5.4); its statement is skipped.
pub(super) fn of_attestation(bytes: &[u8]) -> Result<AuthenticatorData<'_>, Refusal> {
    let mut reader = Reader::new(bytes);
    let entries = reader.map()?;
    if !reader.rest.is_empty() {
        return Err(Refusal::Shape);
    }
    let named = |name| entries.iter().find(|(key, _)| *key == Value::Text(name)).map(|(_, value)| *value);
    match (named("fmt"), named("attStmt"), named("authData")) {
        (Some(Value::Text(_)), Some(Value::Other), Some(Value::Bytes(data))) => read(data),
        _ => Err(Refusal::Shape),
    }
}

/// Reads it whole: what the flags promise is there, and nothing follows.
pub(super) fn read(bytes: &[u8]) -> Result<AuthenticatorData<'_>, Refusal> {
    let (rp_id_hash, rest) = bytes.split_at_checked(32).ok_or(Refusal::Shape)?;
    let (flags, rest) = rest.split_first().ok_or(Refusal::Shape)?;
    let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(Refusal::Shape)?;
    let has = |flag: u8| flags & flag != 0;
    let mut attested = None;
    if has(ATTESTED) {
        let (found, after) = read_attested(rest)?;
        (attested, rest) = (Some(found), after);
    }
    if has(EXTENSIONS) {
        let mut reader = Reader::new(rest);
        reader.map()?;
        rest = reader.rest;
    }
    if !rest.is_empty() {
        return Err(Refusal::Shape);
    }
    Ok(AuthenticatorData {
        rp_id_hash,
        present: has(PRESENT),
        verified: has(VERIFIED),
        backup_eligible: has(BACKUP_ELIGIBLE),
        backed_up: has(BACKED_UP),
        sign_count: u32::from_be_bytes(*count),
        attested,
    })
}

fn read_attested(bytes: &[u8]) -> Result<(Attested<'_>, &[u8]), Refusal> {
    let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(Refusal::Shape)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refusal::Shape)?;
    let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Refusal::Shape)?;
    let (key, after) = Key::read(rest)?;
    let key_bytes = &rest[..rest.len() - after.len()];
    Ok((Attested { aaguid: *aaguid, id, key, key_bytes }, after))
}
