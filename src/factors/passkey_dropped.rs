//! A passkey that a browser made and that was not kept here: its person is told, and the browser may forget it. Across the
//! page that asks for fresh proof, or to the door where the session is over, its id is carried by a short-lived sealed cookie.

use serde_json::Value;

use super::passkey_store as store;
use crate::platform::error::Result;
use crate::platform::web::Visit;

const COOKIE: &str = "__Host-dropped";
/// As long as somebody may take to type a password, in seconds.
const SECONDS: i64 = 600;
/// Whose a word is that is left for nobody in particular.
const DOOR: &str = "the door";
/// Longest credential id, base64url of 1023 bytes.
const LONGEST: usize = 1364;

/// The id of what a browser sent, where there is no passkey under it: only then may anybody be told to forget it (AC-054).
///
/// # Errors
/// A failed read is a fault, never "not kept".
pub(super) async fn unkept(visit: &Visit, json: &str) -> Result<Option<String>> {
    match id_of(json) {
        Some(id) if store::by_id(visit, &id).await?.is_none() => Ok(Some(id)),
        _ => Ok(None),
    }
}

/// Whether what a browser sent is on record as that person's; of another's nobody is told anything.
///
/// # Errors
/// As [`unkept`].
pub(super) async fn is_kept_for(visit: &Visit, json: &str, person: &str) -> Result<bool> {
    let Some(id) = id_of(json) else { return Ok(false) };
    Ok(store::by_id(visit, &id).await?.is_some_and(|passkey| passkey.person_id == person))
}

/// Leaves word of it for the page on which this person may make another.
///
/// # Errors
/// A fault when the current key cannot seal.
pub(super) fn leave(visit: &Visit, person: &str, json: &str) -> Result<()> {
    if let Some(id) = id_of(json) {
        let sealed = visit.server.seal("dropped passkey", &[&visit.practice()?.id, &visit.browser_id, person], &id)?;
        visit.set_cookie(COOKIE, &sealed, Some(SECONDS));
    }
    Ok(())
}

/// Leaves word of it at the door: who made it is nobody here any more.
///
/// # Errors
/// As [`leave`].
pub(super) fn leave_at_the_door(visit: &Visit, json: &str) -> Result<()> {
    leave(visit, DOOR, json)
}

/// Takes the word left at the door, for the page on which somebody signs in.
///
/// # Errors
/// As [`unkept`].
pub async fn take_at_the_door(visit: &Visit) -> Result<Option<String>> {
    take(visit, DOOR).await
}

/// Takes the word left for this person. One that does not open was not left by us, or for somebody else.
///
/// # Errors
/// As [`unkept`].
pub(super) async fn take(visit: &Visit, person: &str) -> Result<Option<String>> {
    let Some(sealed) = visit.cookie(COOKIE) else { return Ok(None) };
    visit.drop_cookie(COOKIE);
    let whose = [visit.practice()?.id.as_str(), &visit.browser_id, person];
    let Ok(id) = visit.server.open("dropped passkey", &whose, sealed) else { return Ok(None) };
    Ok(store::by_id(visit, &id).await?.is_none().then_some(id))
}

fn id_of(json: &str) -> Option<String> {
    let sent: Value = serde_json::from_str(json).ok()?;
    let id = sent.get("id")?.as_str()?;
    let is_one = !id.is_empty()
        && id.len() <= LONGEST
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_one.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_is_taken_for_one() {
        assert_eq!(id_of(r#"{"id":"aB-_9","type":"public-key"}"#).as_deref(), Some("aB-_9"));
        let long = format!(r#"{{"id":"{}"}}"#, "a".repeat(LONGEST + 1));
        for other in
            ["", "[]", "{}", r#"{"id":7}"#, r#"{"id":""}"#, r#"{"id":"a b"}"#, r#"{"id":"\"><script>"}"#, &long]
        {
            assert_eq!(id_of(other), None, "{other}");
        }
    }
}
