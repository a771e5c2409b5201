//! "Privacy": a client's own lock, mail that names nobody, and stopping somebody who asked the practice to take the lock
//! off. It is never mentioned in a mail; a session that began with a PIN cannot change it.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::lock;
use crate::args;
use crate::factors::password::hash;
use crate::factors::password_strength;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

const BOUND: Bound = Bound { slow_from: 5, off_at: 50 };
const DONE: &[&str] = &["lock-set", "lock-removed", "mail", "cancelled"];

#[derive(askama::Template)]
#[template(path = "portal/privacy.html")]
struct PrivacyPage {
    frame: Frame,
    person: Person,
    /// A session from a PIN: nothing here can be changed.
    by_pin: bool,
    problems: Vec<String>,
}

/// `GET /me/privacy`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut privacy = PrivacyPage::new(&visit, &session, person, vec![]);
    privacy.frame.banner = DONE
        .iter()
        .find(|word| **word == query.text("done"))
        .map(|word| Banner { kind: "success", text: visit.say(&format!("privacy-done-{word}")) });
    page(&privacy)
}

/// `POST /me/privacy/lock`: sets the passphrase, changes it, or takes it off.
pub async fn set_lock(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    refuse_pin(&session)?;
    let refused = |problems: Vec<String>| {
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &PrivacyPage::new(&visit, &session, person.clone(), problems))
    };
    if person.passphrase.is_some() {
        let lane = visit.lane("passphrase own", &person.id)?;
        let turn = limit::take(visit.db()?, &visit.practice()?.id, &lane, BOUND, visit.now).await?;
        if !matches!(turn, Turn::Allowed(_)) || !lock::verify(&visit, &person, fields.text("current")).await? {
            return refused(vec![visit.say("lock-wrong")]);
        }
        limit::clear(visit.db()?, &visit.practice()?.id, &lane).await?;
    }
    let remove = fields.text("do") == "remove";
    if remove && person.is_private() {
        return refused(vec![visit.say("privacy-keeps-lock")]);
    }

    // work
    let new_hash = if remove {
        None
    } else {
        let typed = fields.text("passphrase");
        let problems = password_strength::passphrase_problems(&visit, &person, typed).await?;
        if !problems.is_empty() {
            return refused(problems);
        }
        Some(hash(&visit, typed).await?)
    };

    // write
    let mut tx = visit.db()?.write().await?;
    tx.execute(
        "UPDATE person SET passphrase = $3, passphrase_set_at = $4, lock_off_from = NULL WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, new_hash, (!remove).then_some(visit.now)],
    )
    .await?;
    lock::end_all_but(&visit, &mut tx, &person, Some(&session.id)).await?;
    let event = if remove { Event::LockRemoved } else { Event::LockSet };
    happened(&visit, &mut tx, Happening::of(event, &person).session(&session.id)).await?;
    tx.commit().await?;
    Ok(go(if remove { "/me/privacy?done=lock-removed" } else { "/me/privacy?done=lock-set" }))
}

/// `POST /me/privacy/mail`: plain or discreet.
pub async fn set_mail(visit: Visit, fields: Fields) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    refuse_pin(&session)?;
    let form = match fields.text("mail") {
        "plain" if !person.is_private() => "plain",
        _ => "discreet",
    };
    let mut tx = visit.db()?.write().await?;
    tx.execute(
        "UPDATE person SET mail_form = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, form],
    )
    .await?;
    happened(&visit, &mut tx, Happening::of(Event::MailFormChanged, &person).session(&session.id).detail("form", form))
        .await?;
    tx.commit().await?;
    Ok(go("/me/privacy?done=mail"))
}

/// `POST /me/privacy/cancel`: whoever is signed in stops the taking off of the lock.
pub async fn cancel(visit: Visit) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut tx = visit.db()?.write().await?;
    let cancelled = tx
        .execute(
            "UPDATE person SET lock_off_from = NULL WHERE practice_id = $1 AND id = $2 AND lock_off_from IS NOT NULL",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    if cancelled == 1 {
        happened(&visit, &mut tx, Happening::of(Event::LockOffCancelled, &person).session(&session.id)).await?;
    }
    tx.commit().await?;
    Ok(go("/me/privacy?done=cancelled"))
}

/// A session from a PIN was opened by somebody on the phone: it changes nothing that decides who gets in (AC-085).
fn refuse_pin(session: &Session) -> Result<()> {
    if session.proofs.split('+').any(|proof| proof == "pin") { Err(Error::Forbidden) } else { Ok(()) }
}

async fn enter(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(Person::is_client).ok_or(Error::NotFound)?)))
}

impl PrivacyPage {
    fn new(visit: &Visit, session: &Session, person: Person, problems: Vec<String>) -> PrivacyPage {
        PrivacyPage {
            frame: session::frame(visit, session, "privacy-title").script("strength.js"),
            by_pin: refuse_pin(session).is_err(),
            person,
            problems,
        }
    }
}
