//! How forms are known to be ours (docs/decisions/0005): the hidden value of every form says when it was made, and on the pages
//! of somebody who is signed in for whom; a keyed hash ties both to this browser and door.

use std::sync::{Arc, Mutex, OnceLock};

use super::again::Done;
use super::door::BROWSER_COOKIE;
use super::error::Error;
use super::secret;
use super::web::{Door, Inner, Visit};

/// How long a form may stay open, in seconds (a working day); later it is shown again, with what was typed.
pub const FORM_SECONDS: i64 = 12 * 3600;

/// A hidden value, taken apart.
struct Token<'a> {
    at: i64,
    /// The id of the person whose page it was on; empty before a sign-in.
    whose: &'a str,
    mac: &'a str,
}

impl<'a> Token<'a> {
    fn read(text: &'a str) -> Option<Token<'a>> {
        let (at, rest) = text.split_once('.')?;
        let (whose, mac) = rest.rsplit_once('.').unwrap_or(("", rest));
        Some(Token { at: at.parse().ok()?, whose, mac })
    }
}

impl Inner {
    /// The hidden value of a form on a page of that person (their id), or on a page before a sign-in.
    pub fn form_token(&self, whose: Option<&str>) -> String {
        let mac = self.form_mac(self.now, whose.unwrap_or_default());
        match whose {
            Some(whose) => format!("{}.{whose}.{mac}", self.now),
            None => format!("{}.{mac}", self.now),
        }
    }

    /// Whether the form that was sent stood on a page of somebody else: two people may use one browser, and what one of
    /// them left open must not act for the other.
    pub fn is_form_of_another(&self, person_id: &str) -> bool {
        self.form_of.get().is_some_and(|whose| whose != person_id)
    }

    /// Whose page the form that was sent stood on; none for forms before a sign-in.
    pub fn form_of(&self) -> Option<&str> {
        self.form_of.get().map(String::as_str)
    }

    /// Whether a form's hidden value was made here for this browser: `Err` names what is wrong with it.
    pub(super) fn check_form(&self, token: &str) -> Result<(), Error> {
        let token = Token::read(token).ok_or(Error::Bad("form"))?;
        let ours = self.form_mac(token.at, token.whose);
        if !secret::same(token.mac, &ours) {
            // As long as ours: of another browser, or of this one before it got its present cookie.
            return Err(Error::Bad(if token.mac.len() == ours.len() { "other-form" } else { "form" }));
        }
        if !token.whose.is_empty() {
            let _ = self.form_of.set(token.whose.to_owned());
        }
        let fresh = self.since(token.at).is_some_and(|age| (-60..=FORM_SECONDS).contains(&age));
        if fresh { Ok(()) } else { Err(Error::Bad("stale")) }
    }

    /// Whether a form says that it was made more than a minute ago; it is believed only to show it again.
    pub(super) fn is_form_old(&self, token: &str) -> bool {
        Token::read(token).is_some_and(|token| self.since(token.at).is_some_and(|age| (60..86_400 * 7).contains(&age)))
    }

    /// Seconds since a time that a request names; none where no clock has it.
    pub fn since(&self, at: i64) -> Option<i64> {
        self.now.checked_sub(at)
    }

    fn form_mac(&self, at: i64, whose: &str) -> String {
        let door = match &self.door {
            Door::Practice(practice, _) => practice.id.as_str(),
            Door::Entrance => "entrance",
            Door::Support => "support",
            Door::Nobody => "nobody",
        };
        let key = self.server.stable_key("forms");
        let at = at.to_string();
        let parts = [door, &self.browser_id, &at, whose];
        // Without a person as it was before there was one in it: forms that are open while the server is renewed stay good.
        secret::keyed_hash(&key, if whose.is_empty() { &parts[..3] } else { &parts })
    }
}

/// The same visit, of a form that was open too long.
pub(super) fn stale_visit(visit: &Visit) -> Visit {
    let old = &visit.0;
    let again = Visit(Arc::new(Inner {
        server: Arc::clone(&old.server),
        now: old.now,
        door: old.door.clone(),
        address: old.address,
        user_agent: old.user_agent.clone(),
        language: old.language.clone(),
        path: old.path.clone(),
        query: old.query.clone(),
        pages: old.pages,
        page: OnceLock::new(),
        browser_id: old.browser_id.clone(),
        stale: true,
        form_of: old.form_of.clone(),
        posted: old.posted.clone(),
        cookies: old.cookies.clone(),
        cookies_out: Mutex::default(),
        request_id: old.request_id.clone(),
        done: Done::default(),
    }));
    if again.cookie(BROWSER_COOKIE).is_none() {
        again.set_cookie(BROWSER_COOKIE, &again.browser_id, None);
    }
    again
}
