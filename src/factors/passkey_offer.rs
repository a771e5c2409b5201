//! A passkey offered after a sign-in by password, or a client's by mail, in a browser that can keep one: once for each person
//! and browser, with three ways to say no, and never in the way of where the person wanted to go.

use axum::response::Response;

use super::passkey_ceremony::Purpose;
use super::passkey_new::{are_offered, in_words, with_handle};
use super::passkey_options::{self as options, Asked};
use super::passkey_store as store;
use super::{mine, passkey_silent};
use crate::args;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, safe_path};
use crate::sign_in::person::Person;
use crate::sign_in::session;
use crate::sign_in::step::{Factor, Factors, Kind};
use crate::sign_in::{Attempt, marks};

const PATH: &str = "/me/passkeys/offer";
/// Says that this browser can keep passkeys and check its person: its script told so with the password.
const ABLE: &str = "__Host-able";
/// How long a sign-in may take after that, in seconds.
const ABLE_SECONDS: i64 = crate::sign_in::ATTEMPT_SECONDS;
/// As long as a mailed link may take.
const ABLE_BY_MAIL_SECONDS: i64 = 86_400;
/// Says that several people use this browser: nothing is offered that would stay with one of them.
const SHARED: &str = "__Host-shared";
const SHARED_SECONDS: i64 = 400 * 86_400;

#[derive(askama::Template)]
#[template(path = "factors/passkey_offer.html")]
struct OfferPage {
    frame: Frame,
    then_path: String,
    /// None when who they are was shown too long ago: then they are asked first.
    passkey: Option<Asked>,
    /// For a browser that may make one by itself.
    silent: Option<Asked>,
    /// The browser has made one by itself; whether it works alone.
    made: Option<bool>,
    /// Which ones there are elsewhere, in words, for "you already have one here".
    had: String,
}

/// Notes what the browser said of itself beside a right password; it decides only whether something is offered.
pub(super) fn note_able(visit: &Visit, fields: &Fields) {
    if fields.ticked("passkey_able") {
        visit.set_cookie(ABLE, "1", Some(ABLE_SECONDS));
    }
}

/// As [`note_able`], where the way in leads through a mail.
pub fn note_able_by_mail(visit: &Visit, fields: &Fields) {
    if fields.ticked("passkey_able") {
        visit.set_cookie(ABLE, "1", Some(ABLE_BY_MAIL_SECONDS));
    }
}

/// Whether somebody said that several people use this browser.
pub(super) fn is_shared(visit: &Visit) -> bool {
    visit.cookie(SHARED).is_some()
}

/// Where a complete sign-in goes on: to the offer, when it fits and was not made yet, else where the person wanted to go.
pub fn way_on(visit: &Visit, person: &Person, attempt: &Attempt, proved: Factors) -> String {
    let then_path = safe_path(&attempt.then_path, "/me");
    // Whoever has one on another device and typed a code here lacks it here. A client with a passkey proves it first.
    let has_passkey = proved.any(Factors::of(&[Factor::Passkey, Factor::Touch]))
        || person.passkeys > 0 && (person.is_client() || !proved.has(Factor::Totp))
        || person.passkeys >= store::MOST;
    let by_its_way = match person.kind() {
        Kind::Staff => proved.has(Factor::Password),
        Kind::Client => {
            proved.has(Factor::EmailLink)
                && !proved.has(Factor::Pin)
                && are_offered(visit, true).is_ok_and(|offered| offered)
        }
        Kind::Support => false,
    };
    let fits = visit.will_have(ABLE)
        && by_its_way
        && !has_passkey
        && person.passkey_offer_off_at.is_none()
        && attempt.shared == 0
        && !is_shared(visit)
        && !marks::was_offered(visit, &person.id);
    if !fits {
        return then_path;
    }
    visit.drop_cookie(ABLE);
    marks::mark_offered(visit, &person.id);
    format!("{PATH}?then={}", encode(&then_path))
}

/// `GET /me/passkeys/offer`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    let person = mine::myself(&visit, &session).await?;
    let then_path = safe_path(query.text("then"), "/me");
    if !are_offered(&visit, session.is_client())? {
        return Ok(go(&then_path));
    }
    let made = passkey_silent::made_in(&visit, &session).await?;
    let had = store::of(&visit, &person.id).await?;
    let full = person.passkeys >= store::MOST || session.is_client() && !had.is_empty();
    if made.is_none() && (full || had.iter().any(|passkey| passkey.created_at >= session.created_at)) {
        // Back again, or a second tab: nothing is left to offer.
        return Ok(go(&then_path));
    }
    let title = match (made, session.is_client()) {
        (Some(_), _) => "passkey-offer-made-title",
        (None, true) => "passkey-offer-title-client",
        (None, false) => "passkey-offer-title",
    };
    let mut offer = OfferPage {
        frame: session::frame(&visit, &session, title).script("passkey.js"),
        then_path,
        passkey: None,
        silent: None,
        made,
        had: in_words(&visit, &had),
    };
    if made.is_none() {
        offer.silent = if had.is_empty() { passkey_silent::offer(&visit, &session).await? } else { None };
        if session.is_fresh(visit.now) {
            let person = with_handle(&visit, person).await?;
            offer.passkey = Some(options::to_create(&visit, Purpose::Create, &session.id, &person, &had)?);
        }
    }
    page(&offer)
}

/// `POST /me/passkeys/offer`: not now, never again, or not in a browser that several people use.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    match fields.text("do") {
        "never" => {
            visit
                .db()?
                .execute(
                    "UPDATE person SET passkey_offer_off_at = $3 WHERE practice_id = $1 AND id = $2",
                    args![&visit.practice()?.id, &session.person_id, visit.now],
                )
                .await?;
        }
        "shared" => visit.set_cookie(SHARED, "1", Some(SHARED_SECONDS)),
        _ => {}
    }
    Ok(go(&safe_path(fields.text("then"), "/me")))
}
