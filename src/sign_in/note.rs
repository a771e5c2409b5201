//! The note that goes through the entrance after a sign-in when its browser is to remember the practice there. Sealed with
//! the key that region and entrance share; it holds ids, no name and no address of a person, and lives for minutes.

use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::factors::news;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::server::Server;
use crate::platform::web::{Visit, encode};

/// Set by a ticket of the list when the box was ticked, until somebody signs in or closes the browser: what the note is tied to its
/// browser by, and whose list it was, sealed.
const COOKIE: &str = "__Host-remember";
/// How far a region's clock may be off, with the way through the browser, in seconds.
const SECONDS: i64 = 600;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    pub region: String,
    pub slug: String,
    pub practice: String,
    pub person: String,
    pub client: bool,
    /// Ties it to the browser that ticked the box.
    pub state: String,
    /// Where the person was going.
    pub then: String,
    at: i64,
}

/// What a note is tied to its browser by.
pub fn state(browser: &str) -> String {
    secret::hash_token(&format!("remember {browser}"))
}

/// Notes that whoever signs in here with this address is to be remembered.
///
/// # Errors
/// A fault when the current key cannot seal; not found where there is no practice.
pub(super) fn ask(visit: &Visit, state: &str, email: &Email) -> Result<()> {
    let text = format!("{state}\n{}", email.canonical());
    visit.set_cookie(COOKIE, &visit.server.seal("remember asked", &[&visit.practice()?.id], &text)?, None);
    Ok(())
}

/// Nobody who signs in here from now on is to be remembered.
pub(super) fn drop_asked(visit: &Visit) {
    visit.drop_cookie(COOKIE);
}

/// Where to go after a sign-in: straight, or through the entrance when the same person ticked the box there. Whoever says at the practice
/// that others use this device is not remembered on it.
///
/// # Errors
/// A fault when the note cannot be sealed.
pub fn way(visit: &Visit, person: &Person, then: &str, shared: bool) -> Result<String> {
    back(visit, person, news::way(visit, person, then), shared)
}

/// The same after unlocking: back to where the person was.
///
/// # Errors
/// As [`way`].
pub fn back(visit: &Visit, person: &Person, then: String, shared: bool) -> Result<String> {
    let Some(sealed) = visit.cookie(COOKIE) else { return Ok(then) };
    let asked = visit.server.open("remember asked", &[&visit.practice()?.id], sealed).ok();
    drop_asked(visit);
    // Somebody else may sign in where the list of one who ticked the box was open.
    match asked.as_deref().and_then(|text| text.split_once('\n')) {
        Some((state, key)) if !shared && key == person.email_key => through(visit, person, &then, state),
        _ => Ok(then),
    }
}

/// Through the entrance, to a page of this practice.
///
/// # Errors
/// As [`way`].
pub fn through(visit: &Visit, person: &Person, then: &str, state: &str) -> Result<String> {
    // What a private client does is told to no device that others look at (C8).
    if person.is_private() {
        return Ok(then.to_owned());
    }
    let practice = visit.practice()?;
    let origin = visit.server.home_of(practice);
    let note = Note {
        region: practice.region.clone(),
        slug: practice.slug.clone(),
        practice: practice.id.clone(),
        person: person.id.clone(),
        client: person.kind == "client",
        state: state.to_owned(),
        then: format!("{origin}{then}"),
        at: visit.now,
    };
    let text = serde_json::to_string(&note).map_err(|error| Error::fault("note", error))?;
    let sealed = visit.server.seal_for(&practice.region, "remember", &[], &text)?;
    Ok(format!("{}/remember?note={}", visit.server.entrance(), encode(&format!("{}.{sealed}", practice.region))))
}

/// What a note says, when a region of ours wrote it within minutes.
pub fn opened(server: &Server, note: &str, now: i64) -> Option<Note> {
    let (region, sealed) = note.split_once('.')?;
    let text = server.open_from(region, "remember", &[], sealed).ok()?;
    let note: Note = serde_json::from_str(&text).ok()?;
    (note.region == region && (now - note.at).abs() < SECONDS).then_some(note)
}
