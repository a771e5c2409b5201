//! "Manage passkeys": what a person has, since when and how last used. Each act on one is in its own file.

use axum::response::Response;

use super::passkey_lost::Loss;
use super::passkey_places::{self, Parts};
use super::passkey_providers::{SECURITY_KEY, named, provider};
use super::passkey_store::{self as store, Passkey};
use super::{mine, passkey_dropped, passkey_known, passkey_new};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::prose::Block;
use crate::platform::web::{Query, Visit, page};
use crate::platform::when;
use crate::sign_in::session;

/// What an act says when it is done; the word comes from the address, so only these are believed.
const DONE: &[(&str, &str)] = &[
    ("added", "passkey-done-added"),
    ("added-client", "passkey-done-added-client"),
    ("added-beside", "passkey-done-added-beside"),
    ("renamed", "passkey-done-renamed"),
    ("deleted", "passkey-done-deleted"),
];

/// The list, for whoever comes to a page of one that is not in it any more: back again, or from a second tab.
pub(super) const GONE: &str = "/me/passkeys?done=gone";

#[derive(askama::Template)]
#[template(path = "factors/passkeys.html")]
struct PasskeysPage {
    frame: Frame,
    rows: Vec<Listed>,
    /// One that the browser made and that was not kept: it may forget it.
    unknown: Option<String>,
    /// Whose it is for the browser.
    rp: String,
    /// There is one, and nothing beside it.
    only: Option<Loss>,
    client: bool,
    /// A session from a PIN: nothing here can be changed.
    by_pin: bool,
    /// Another one may be made.
    offered: bool,
    /// By a client.
    client_makes: bool,
    full: bool,
    most: i64,
    /// One was deleted just now: how to remove it by hand where the browser cannot be told.
    parts: Option<Parts>,
    /// Who kept it, by name.
    kept_by: Option<&'static str>,
}

/// One passkey in words.
pub struct Listed {
    pub short_id: String,
    pub name: String,
    /// Whose it is, where the name does not say so itself.
    pub provider: Option<&'static str>,
    pub made: String,
    pub used: String,
    /// The catalogue's name of where it is.
    pub kept: &'static str,
    /// It may only stand beside a password.
    pub touch_only: bool,
    /// Its counter went back.
    pub odd: Option<String>,
    /// Nobody has said in this browser that they know it.
    pub is_new: bool,
}

impl Listed {
    /// As [`Listed::kept`], for a colleague's page about the person.
    pub fn kept_by_another(&self) -> &'static str {
        match self.kept {
            "passkey-synced" => "passkey-synced-another",
            "passkey-not-synced" => "passkey-not-synced-another",
            other => other,
        }
    }
}

/// A person's passkeys in the visitor's words.
///
/// # Errors
/// Faults of the database.
pub async fn list(visit: &Visit, person: &str) -> Result<Vec<Listed>> {
    Ok(store::of(visit, person).await?.into_iter().map(|passkey| in_words(visit, passkey)).collect())
}

pub(super) fn in_words(visit: &Visit, passkey: Passkey) -> Listed {
    let day = when::day(passkey.created_at, visit.zone());
    let made_in = mine::browser_words(visit, &passkey.created_on);
    let time = |at: i64| when::full(at, visit.zone());
    Listed {
        provider: provider(&passkey.aaguid).filter(|provider| !passkey.name.contains(provider)),
        made: visit.say_with("passkey-made", &[("day", &day), ("browser", &made_in)]),
        used: match passkey.used_at {
            Some(at) => visit.say_with("passkey-used", &[("time", &time(at))]),
            None => visit.say("passkey-unused"),
        },
        kept: match (passkey.backup_eligible != 0, passkey.backup_state != 0) {
            (false, _) => "passkey-device-bound",
            (true, true) => "passkey-synced",
            (true, false) => "passkey-not-synced",
        },
        touch_only: passkey.verified_at.is_none(),
        odd: passkey.odd_at.map(time),
        is_new: passkey_known::is_new(visit, &passkey),
        short_id: passkey.short_id,
        name: passkey.name,
    }
}

/// Words to a client on deleting one, and that a new one follows where it can be made.
///
/// # Errors
/// Not found where there is no practice.
pub(super) fn and_a_new_one(visit: &Visit, words: String) -> Result<String> {
    let offered = passkey_new::are_offered(visit, true)?;
    Ok(if offered { format!("{words} {}", visit.say("passkey-odd-then-new")) } else { words })
}

/// `GET /me/passkeys`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    let mut frame = session::frame(&visit, &session, "passkeys-title");
    let rows = list(&visit, &person.id).await?;
    let beside = rows.last().is_some_and(|newest| newest.touch_only);
    let done = match (query.text("done"), session.is_client()) {
        ("added", true) => "added-client",
        ("added", false) if beside => "added-beside",
        (done, _) => done,
    };
    if let Some((_, words)) = DONE.iter().find(|(word, _)| *word == done) {
        frame = frame.banner("success", words);
    } else if done == "gone" {
        frame = frame.banner("info", "passkey-done-gone");
    }
    let deleted = query.text("done") == "deleted";
    let offered = passkey_new::are_offered(&visit, session.is_client())?;
    let unknown = passkey_dropped::take(&visit, &person.id).await?;
    if unknown.is_some() {
        frame = frame.script("passkey.js");
    } else if done == "not-offered" && !offered {
        let words = if rows.is_empty() { "passkeys-not-offered" } else { "passkeys-not-offered-kept" };
        frame = frame.banner("info", words);
    }
    let keeper = named(query.text("in")).filter(|_| deleted);
    page(&PasskeysPage {
        frame,
        rows,
        unknown,
        rp: passkey_new::rp(&visit)?,
        only: Loss::of_the_only(&visit, &person).await?,
        client: session.is_client(),
        by_pin: session.is_by_pin(),
        offered,
        client_makes: offered && session.is_client() && !session.is_by_pin(),
        full: person.passkeys >= store::MOST,
        most: store::MOST,
        parts: deleted.then(|| passkey_places::parts_of(&visit, passkey_places::REMOVE, keeper)),
        kept_by: keeper.filter(|name| *name != SECURITY_KEY),
    })
}
